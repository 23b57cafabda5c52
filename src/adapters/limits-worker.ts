import type { LimitCharge, LimitsAnswer, Outage } from '../core/ports.ts';
import { BlockedCounters } from './limits-blocked.ts';
import {
  type Channel,
  isOurs,
  type Question,
  type Questions,
  type Reply,
  sentCharge,
  sentName,
} from './limits-channel.ts';
import { standIn } from './limits-local-share.ts';
import type { LimitsStore } from './limits-store.ts';

export interface WorkerLimitsOptions {
  /** The way to the primary: `process` in a worker of node:cluster. */
  readonly channel: Channel;
  /** How many workers there are: the share of each while the primary does not answer. */
  readonly workers: number;
  /** Milliseconds to wait for the primary. */
  readonly budgetMs?: number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic?: () => number;
}

interface Waiting {
  readonly question: Question;
  readonly settle: (reply: Reply | undefined) => void;
}

/**
 * Sends questions to the primary, all that have gathered in one message, and one message at a time: while it is on
 * its way, the next ones gather. A reply that does not come in time is `undefined`.
 */
class Questioner {
  readonly #channel: Channel;
  readonly #budgetMs: number;
  readonly #defined = new Set<string>();
  #define: Questions['define'][number][] = [];
  #gathered: Waiting[] = [];
  #sent: readonly Waiting[] = [];
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;
  #isScheduled = false;

  constructor(channel: Channel, budgetMs: number) {
    this.#channel = channel;
    this.#budgetMs = budgetMs;
    channel.on('message', (message) => {
      if (isOurs(message) && 'replies' in message && message.turn === this.#turn)
        this.#settle(message.replies);
    });
  }

  define({ limit }: LimitCharge): void {
    const name = sentName(limit);
    if (this.#defined.has(name)) return;
    this.#defined.add(name);
    this.#define.push([name, limit]);
  }

  ask(question: Question): Promise<Reply | undefined> {
    const { promise, resolve } = Promise.withResolvers<Reply | undefined>();
    this.#gathered.push({ question, settle: resolve });
    if (!this.#isScheduled && this.#sent.length === 0) {
      this.#isScheduled = true;
      queueMicrotask(() => this.#send());
    }
    return promise;
  }

  #send(): void {
    this.#isScheduled = false;
    if (this.#gathered.length === 0 || this.#sent.length > 0) return;
    this.#sent = this.#gathered;
    this.#gathered = [];
    this.#turn += 1;
    const message: Questions = {
      kind: 'images-gateway-limits',
      turn: this.#turn,
      define: this.#define,
      questions: this.#sent.map(({ question }) => question),
    };
    this.#define = [];
    const { turn } = message;
    // After a pause of this process, timers come before the replies that have arrived meanwhile.
    this.#timer = setTimeout(() => setImmediate(() => this.#giveUp(turn)), this.#budgetMs);
    try {
      this.#channel.send(message);
    } catch {
      // The primary is gone, and with it this worker's reason to be; until it ends, its share counts.
      this.#giveUp(turn);
    }
  }

  #giveUp(turn: number): void {
    if (turn === this.#turn) this.#settle([]);
  }

  #settle(replies: readonly Reply[]): void {
    clearTimeout(this.#timer);
    const settled = this.#sent;
    this.#sent = [];
    for (const [index, { settle }] of settled.entries()) settle(replies[index]);
    this.#send();
  }
}

/**
 * Limits of one worker of several on a machine: the primary counts, so they are exact over all workers without any
 * other store. While the primary does not answer, each worker counts its share.
 */
export const createWorkerLimits = ({
  channel,
  workers,
  budgetMs = 50,
  monotonic = () => performance.now(),
}: WorkerLimitsOptions): LimitsStore => {
  const questioner = new Questioner(channel, budgetMs);
  const blocked = new BlockedCounters(monotonic);
  const instead = standIn('local-share', workers);
  const keyOf = ({ limit, subject }: LimitCharge): string => `${sentName(limit)}\n${subject}`;

  const ask = async (act: 'consume' | 'peek', charges: readonly LimitCharge[]): Promise<LimitsAnswer> => {
    for (const charge of charges) questioner.define(charge);
    const reply = await questioner.ask({ act, charges: charges.map(sentCharge) });
    if (typeof reply !== 'object' || reply.length !== charges.length) return instead[act](charges, 'timeout');
    const states = charges.map((charge, index) => {
      const [remaining, resetMs, exceeded] = reply[index] ?? [charge.limit.points, 0, 0];
      const state = { limit: charge.limit, remaining, resetMs, exceeded: exceeded === 1 };
      blocked.learn(keyOf(charge), state);
      return state;
    });
    return { kind: 'counted', states };
  };

  return {
    consume(charges) {
      const usedUp = charges
        .map((charge) => blocked.state(keyOf(charge), charge))
        .filter((state) => state !== undefined);
      return usedUp.length > 0 ? { kind: 'counted', states: usedUp } : ask('consume', charges);
    },
    peek: (charges) => ask('peek', charges),
    async reset(party, limit): Promise<number | Outage> {
      const reply = await questioner.ask({ act: 'reset', party, limit });
      return typeof reply === 'number' ? reply : 'timeout';
    },
  };
};
