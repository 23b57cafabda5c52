import { EventEmitter } from 'node:events';
import { ChannelPeer } from '../../src/workers/channel.ts';

/** Messages of one direction that are under way. */
export interface Wire {
  readonly waiting: number;
  /** Lets the first of them arrive. */
  deliver(): void;
}

/** A worker and its primary, joined by wires on which messages stay until they are let through, in their order. */
export const joinedBySlowWires = () => {
  const wire = (to: EventEmitter) => {
    const texts: string[] = [];
    return {
      send: (message: object) => texts.push(JSON.stringify(message)),
      get waiting() {
        return texts.length;
      },
      deliver: () => void to.emit('message', JSON.parse(texts.shift() ?? 'null')),
    };
  };
  const [near, far] = [new EventEmitter(), new EventEmitter()];
  const [there, back] = [wire(far), wire(near)];
  const peer = (out: typeof there, on: EventEmitter) =>
    new ChannelPeer({ send: out.send, on: on.on.bind(on) });
  const wires: readonly Wire[] = [there, back];
  return { worker: peer(there, near), primary: peer(back, far), wires };
};
