import type { Decision } from '../core/decision.ts';
import type { Identity } from '../core/identity.ts';
import type { Json } from '../core/json.ts';
import { maskJson, maskText } from '../core/mask.ts';
import type { EffectiveChange } from '../core/metadata.ts';
import type { StageVerdict } from './exchange.ts';
import type { Finished } from './records.ts';

/** Larger bodies are not kept: a decision has to stay small. */
const largestBody = 4096;

type Kept = Omit<Decision, 'body' | 'change'>;

/** A decision as it is kept in memory. */
export interface KeptDecision {
  readonly kept: Kept;
  /** The whole record, its values masked. */
  masked(): Decision;
}

/** What is kept of a request that is over. No token, and nothing that holds one, is kept. */
export const keepDecision = (finished: Finished): KeptDecision => new Facts(finished);

/** The record is put together when somebody reads it: most decisions are forgotten unread. */
class Facts implements KeptDecision {
  readonly #finished: Finished;
  readonly #operation: string | undefined;
  readonly #identity: Identity | undefined;
  readonly #flags: readonly string[];
  readonly #verdicts: readonly StageVerdict[];
  readonly #mediaType: string | undefined;
  readonly #change: EffectiveChange | undefined;
  readonly #body: Json | undefined;

  constructor(finished: Finished) {
    const { exchange } = finished;
    const judged = exchange?.body;
    const mediaType = exchange?.headers['content-type'];
    // The exchange holds the caller's token.
    this.#finished = { ...finished, exchange: undefined };
    this.#operation = exchange?.operation?.name;
    this.#identity = exchange?.identity;
    this.#flags = exchange?.flags ?? [];
    this.#verdicts = exchange?.verdicts ?? [];
    this.#mediaType = judged !== undefined && typeof mediaType === 'string' ? mediaType : undefined;
    this.#change = exchange?.knownChange;
    this.#body = judged !== undefined && judged.bytes.length <= largestBody ? judged.value : undefined;
  }

  get kept(): Kept {
    const finished = this.#finished;
    const { fault } = finished;
    const identity = this.#identity;
    return {
      version: 1,
      id: finished.decisionId,
      time: new Date(finished.at).toISOString(),
      request: finished.requestId,
      revision: finished.revision,
      route: finished.route,
      ...(this.#operation !== undefined && { operation: this.#operation }),
      method: finished.method,
      path: finished.path,
      ...(identity !== undefined && { user: identity.user.id, roles: [...identity.roles] }),
      ...(identity?.project !== undefined && { project: identity.project.id }),
      outcome: outcomeOf(finished, this.#flags),
      ...(fault !== undefined && { fault }),
      flags: [...this.#flags],
      verdicts: [...this.#verdicts] as Kept['verdicts'],
      status: finished.status,
      ...(this.#mediaType !== undefined && { mediaType: this.#mediaType }),
    };
  }

  masked(): Decision {
    const body = this.#body;
    return {
      ...this.kept,
      ...(this.#change !== undefined && { change: changeOf(this.#change) }),
      ...(body !== undefined && body !== null && { body: maskJson(body) }),
    };
  }
}

/** A refusal of the service behind is not ours: the request had passed. */
export const outcomeOf = ({ ending }: Finished, flags: readonly string[]): Decision['outcome'] => {
  if (ending === 'refused') return 'deny';
  if (ending === 'relayed') return 'relay';
  return flags.length > 0 ? 'flag' : 'pass';
};

const changeOf = ({ set, changed, removed }: EffectiveChange): NonNullable<Decision['change']> => {
  const before: Record<string, string> = Object.create(null);
  for (const [key, { from }] of Object.entries(changed)) before[key] = maskText(from);
  for (const [key, value] of Object.entries(removed)) before[key] = maskText(value);
  return {
    set: Object.keys(set),
    changed: Object.keys(changed),
    removed: Object.keys(removed),
    before,
  };
};
