import type { Peer, Topic } from '../core/peer.ts';

/** One end of the way between a worker and the primary: `process`, or a `Worker` of node:cluster. */
export interface Channel {
  /** May throw when the other side is gone. */
  send(message: object): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

const kind = 'images-gateway';

/** `[id, topic, question]` */
type Asked = readonly [number, string, unknown];
/** `[id, answer]` */
type Answered = readonly [number, unknown];

interface Packet {
  readonly kind: typeof kind;
  readonly asked: readonly Asked[];
  readonly answered: readonly Answered[];
  /** The questions of the other side have come, whether or not they are answered yet. */
  readonly received: boolean;
}

/** Questions whose time was over before they were sent, until they are looked for and taken out. */
const mostStale = 1000;

type Reply = (question: unknown) => unknown;

/**
 * Questions and answers both ways over one channel. All that has gathered goes as one message, and questions go one
 * message at a time: while they are on their way, the next ones gather. So the cost of a message is shared under
 * load, and nobody waits for others without load. Answers never wait for each other.
 */
export class ChannelPeer implements Peer {
  readonly #channel: Channel;
  readonly #replies = new Map<string, Reply>();
  /** Questions about a topic that nobody answers yet. */
  readonly #early = new Map<string, Asked[]>();
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #asked: Asked[] = [];
  #answered: Answered[] = [];
  #received = false;
  #underWay = false;
  #isScheduled = false;
  #isClosed = false;
  #stale = 0;
  #last = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.on('message', (message) => {
      if (isPacket(message)) this.#receive(message);
    });
  }

  ask<Q, A>({ name }: Topic<Q, A>, question: Q, budgetMs: number): Promise<A | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#last += 1;
    const id = this.#last;
    const { promise, resolve } = Promise.withResolvers<A | undefined>();
    // After a pause of this process, timers come before the answers that have arrived meanwhile.
    const timer = setTimeout(() => setImmediate(() => this.#giveUp(id)), budgetMs);
    this.#waiting.set(id, (answer) => {
      clearTimeout(timer);
      resolve(answer as A | undefined);
    });
    this.#asked.push([id, name, question]);
    this.#schedule();
    return promise;
  }

  answer<Q, A>({ name }: Topic<Q, A>, reply: (question: Q) => A | Promise<A>): void {
    this.#replies.set(name, reply as Reply);
    for (const asked of this.#early.get(name) ?? []) this.#reply(asked);
    this.#early.delete(name);
  }

  /** The other side is gone: nobody waits for it any longer. */
  close(): void {
    this.#isClosed = true;
    this.#asked = [];
    for (const id of [...this.#waiting.keys()]) this.#settle(id, undefined);
  }

  #receive({ asked, answered, received }: Packet): void {
    if (received) this.#underWay = false;
    for (const [id, answer] of answered) this.#settle(id, answer);
    for (const question of asked) this.#reply(question);
    if (asked.length > 0) this.#received = true;
    this.#schedule();
  }

  #reply(asked: Asked): void {
    const [id, name, question] = asked;
    const reply = this.#replies.get(name);
    if (reply === undefined) {
      this.#early.set(name, [...(this.#early.get(name) ?? []), asked]);
      return;
    }
    const answer = reply(question);
    if (answer instanceof Promise) void answer.then((late) => this.#answer(id, late));
    else this.#answer(id, answer);
  }

  #answer(id: number, answer: unknown): void {
    this.#answered.push([id, answer ?? null]);
    this.#schedule();
  }

  #settle(id: number, answer: unknown): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    // JSON has no undefined.
    settle?.(answer ?? undefined);
  }

  #giveUp(id: number): void {
    if (!this.#waiting.has(id)) return;
    this.#settle(id, undefined);
    this.#stale += 1;
    // While the other side is halted, its questions must not pile up here.
    if (this.#stale < mostStale) return;
    this.#stale = 0;
    this.#asked = this.#asked.filter(([waits]) => this.#waiting.has(waits));
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#send());
  }

  #send(): void {
    this.#isScheduled = false;
    const asked = this.#underWay ? [] : this.#asked.filter(([id]) => this.#waiting.has(id));
    if (asked.length === 0 && this.#answered.length === 0 && !this.#received) return;
    const packet: Packet = { kind, asked, answered: this.#answered, received: this.#received };
    this.#answered = [];
    this.#received = false;
    if (!this.#underWay) this.#asked = [];
    if (asked.length > 0) this.#underWay = true;
    try {
      this.#channel.send(packet);
    } catch {
      this.close();
    }
  }
}

/** Others use the same channel, node:cluster among them. */
const isPacket = (message: unknown): message is Packet =>
  typeof message === 'object' && message !== null && (message as { kind?: unknown }).kind === kind;
