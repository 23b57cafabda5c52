import type { Worker } from 'node:cluster';
import { topic } from '../core/peer.ts';
import { ChannelPeer } from './channel.ts';

/** Answered by whoever's event loop turns. */
export const alive = topic<null, true>('alive');

/** Milliseconds between two questions whether a worker is alive. */
export const beatMs = 1000;
/** Beats without an answer, after which a worker that served is taken to hang; and one that still starts. */
const mostMissed = 5;
const mostMissedAtStart = 60;

/** One process that serves clients, as the primary sees it. */
export class RunningWorker {
  readonly peer: ChannelPeer;
  readonly pid: number;
  /** Where it listens; `undefined` while it starts. */
  url: string | undefined;
  /** It was told all that it has to know; what changes from now on, it must be told too. */
  hasBegun = false;
  hasEnded = false;
  readonly began = performance.now();
  readonly #process: Worker['process'];
  #missed = 0;
  hangs = false;

  constructor({ process }: Worker) {
    this.#process = process;
    this.pid = process.pid ?? 0;
    this.peer = new ChannelPeer({
      // Without a callback a closed channel would be an error that nobody hears.
      send: (message) => process.send(message, () => undefined),
      on: process.on.bind(process),
    });
  }

  /** Asks whether it is alive; ends it when it has not answered for too long. @returns false when it was ended */
  beat(): boolean {
    if (this.#missed >= (this.url === undefined ? mostMissedAtStart : mostMissed)) {
      this.hangs = true;
      this.kill();
      return false;
    }
    this.#missed += 1;
    void this.peer.ask(alive, null, beatMs * mostMissedAtStart).then((answer) => {
      if (answer !== undefined) this.#missed = 0;
    });
    return true;
  }

  /** The primary itself was late: what it did not hear, it did not ask. */
  forgive(): void {
    this.#missed = 0;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
