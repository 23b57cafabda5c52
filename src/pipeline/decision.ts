import type { Decision } from '../core/decision.ts';
import { maskJson, maskText } from '../core/mask.ts';
import type { EffectiveChange } from '../core/metadata.ts';
import type { Finished } from './records.ts';

/** Larger bodies are not kept: a decision has to stay small. */
const largestBody = 4096;

type Kept = Omit<Decision, 'body' | 'change'>;

/** A decision as it is kept in memory; masking is work for whoever reads it. */
export interface KeptDecision {
  readonly kept: Kept;
  /** The whole record, its values masked. */
  masked(): Decision;
}

/** What is kept of a request that is over. No token, and nothing that holds one, is kept. */
export const keepDecision = (finished: Finished): KeptDecision => {
  const { exchange, fault } = finished;
  const identity = exchange?.identity;
  const flags = exchange?.flags ?? [];
  const mediaType = exchange?.headers['content-type'];
  const judged = exchange?.body;
  const kept: Kept = {
    version: 1,
    id: finished.decisionId,
    time: new Date(finished.at).toISOString(),
    request: finished.requestId,
    revision: finished.revision,
    route: finished.route,
    ...(exchange?.operation !== undefined && { operation: exchange.operation.name }),
    method: finished.method,
    path: finished.path,
    ...(identity !== undefined && { user: identity.user.id, roles: [...identity.roles] }),
    ...(identity?.project !== undefined && { project: identity.project.id }),
    outcome: outcomeOf(finished, flags),
    ...(fault !== undefined && { fault }),
    flags: [...flags],
    verdicts: [...(exchange?.verdicts ?? [])] as Kept['verdicts'],
    status: finished.status,
    ...(judged !== undefined && typeof mediaType === 'string' && { mediaType }),
  };
  const change = exchange?.knownChange;
  const body = judged !== undefined && judged.bytes.length <= largestBody ? judged.value : undefined;
  return {
    kept,
    masked: () => ({
      ...kept,
      ...(change !== undefined && { change: changeOf(change) }),
      ...(body !== undefined && body !== null && { body: maskJson(body) }),
    }),
  };
};

/** A refusal of the service behind is not ours: the request had passed. */
const outcomeOf = ({ ending }: Finished, flags: readonly string[]): Decision['outcome'] => {
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
