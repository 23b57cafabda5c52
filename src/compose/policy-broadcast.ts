import type { Log } from '../core/log.ts';
import type { Problem } from '../files/problem.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { RunningWorker } from '../workers/worker.ts';
import type { PolicyPublisher } from './policies.ts';
import { packPolicies, type SentPolicies } from './sent-policies.ts';
import { applyPolicies, preparePolicies } from './worker-topics.ts';

/** Milliseconds for a worker to compile a policy; one that needs longer hangs. */
const prepareMs = 10_000;
const applyMs = 5000;

/**
 * Brings policies to all workers, whole or not at all: every worker prepares them, and only when all can do they apply
 * them. A worker that does not answer is ended; the one that takes its place begins with what serves.
 */
export class PolicyBroadcast implements PolicyPublisher {
  readonly #log: Log;
  readonly #members = new Set<RunningWorker>();
  #serving: SentPolicies | undefined;
  #prepared: SentPolicies | undefined;
  /** Settles when the change that is under way is over. */
  #change = Promise.withResolvers<void>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** What a worker that begins shall serve by; from now on it takes part in every change. */
  async join(worker: RunningWorker): Promise<SentPolicies> {
    while (this.#serving === undefined || this.#prepared !== undefined) await this.#change.promise;
    this.#members.add(worker);
    return this.#serving;
  }

  leave(worker: RunningWorker): void {
    this.#members.delete(worker);
  }

  /** @returns why a worker cannot use them; then nothing has changed anywhere */
  async prepare(set: PolicySet): Promise<readonly Problem[]> {
    const sent = packPolicies(set);
    this.#prepared = sent;
    const answers = await this.#ask(({ peer }) => peer.ask(preparePolicies, sent, prepareMs));
    const problems = answers.find((found) => found.length > 0) ?? [];
    if (problems.length > 0) this.#over();
    return problems;
  }

  /** From now on they serve. */
  async apply(): Promise<void> {
    this.#serving = this.#prepared;
    await this.#ask(({ peer }) => peer.ask(applyPolicies, null, applyMs));
    this.#over();
  }

  abandon(): void {
    this.#over();
  }

  #over(): void {
    this.#prepared = undefined;
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  async #ask<T>(ask: (worker: RunningWorker) => Promise<T | undefined | false>): Promise<readonly T[]> {
    const answers = await Promise.all(
      [...this.#members].map(async (worker) => {
        const answer = await ask(worker);
        if (answer !== undefined && answer !== false) return [answer];
        this.#log.error({ pid: worker.pid }, 'a worker could not take a policy; it is ended');
        worker.kill();
        return [];
      }),
    );
    return answers.flat();
  }
}
