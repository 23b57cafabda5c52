import { EventEmitter } from 'node:events';
import { ChannelPeer } from '../../src/workers/channel.ts';

/** A worker and its primary, joined by a wire that copies messages as processes do. */
export const joinedPeers = (): { readonly worker: ChannelPeer; readonly primary: ChannelPeer } => {
  const [near, far] = [new EventEmitter(), new EventEmitter()];
  const wire = (to: EventEmitter, from: EventEmitter) => ({
    send: (message: object) => setImmediate(() => to.emit('message', JSON.parse(JSON.stringify(message)))),
    on: from.on.bind(from),
  });
  // Each is what the other one sees of it.
  return { worker: new ChannelPeer(wire(near, far)), primary: new ChannelPeer(wire(far, near)) };
};
