import type { Log } from '../core/log.ts';
import { type KeptDecision, keepDecision, outcomeOf } from './decision.ts';
import type { RequestExchange } from './exchange.ts';
import type { Ending } from './request-meters.ts';

/** What is known of a request when it is over. */
export interface Finished {
  /** Sent with the answer as `X-Policy-Decision`. */
  readonly decisionId: string;
  readonly requestId: string;
  /** Milliseconds since the epoch at which the request was received. */
  readonly at: number;
  readonly method: string;
  /** The path alone: a query may hold what should not stand in a log. */
  readonly path: string;
  readonly clientAddress: string;
  readonly status: number;
  readonly ending: Ending;
  /** Of the refusal, if the gateway answered itself. */
  readonly fault: string | undefined;
  readonly seconds: number;
  /** 32 hex digits; `undefined`: refused before the headers were read. */
  readonly traceId?: string | undefined;
  readonly revision: string;
  readonly route: string;
  readonly exchange: RequestExchange | undefined;
}

export interface RecordOptions {
  readonly access: boolean;
  readonly decisions: boolean;
}

/**
 * Writes the one access line and the one decision line of a request, and hands the decision on to those who keep it.
 * Tokens and values never stand in either.
 */
export const createRecords = (
  log: Log,
  options: RecordOptions,
  keepers: readonly ((decision: KeptDecision) => void)[] = [],
): ((finished: Finished) => void) => {
  return (finished) => {
    if (options.access) log.info(accessFields(finished), 'request');
    if (options.decisions) log.info(decisionFields(finished), 'decision');
    if (keepers.length === 0) return;
    const decision = keepDecision(finished);
    for (const keep of keepers) keep(decision);
  };
};

const accessFields = (finished: Finished) => {
  const { requestId, method, path, clientAddress, status, ending, route, exchange } = finished;
  return {
    kind: 'access',
    request: requestId,
    trace: finished.traceId,
    method,
    path,
    client: clientAddress,
    status,
    ending,
    ms: Math.round(finished.seconds * 1e6) / 1000,
    route,
    user: exchange?.identity?.user.id,
    project: exchange?.identity?.project?.id,
  };
};

/**
 * The log tells which keys change, never to what; the decision file has the masked rest. One object of one shape:
 * V8 writes such a one as JSON twice as fast as one that was put together from parts.
 */
const decisionFields = (finished: Finished) => {
  const { exchange } = finished;
  const identity = exchange?.identity;
  const flags = exchange?.flags ?? none;
  const change = exchange?.knownChange;
  const mediaType = exchange?.body === undefined ? undefined : exchange.headers['content-type'];
  return {
    kind: 'decision',
    decision: finished.decisionId,
    request: finished.requestId,
    revision: finished.revision,
    route: finished.route,
    operation: exchange?.operation?.name,
    method: finished.method,
    path: finished.path,
    user: identity?.user.id,
    roles: identity?.roles,
    project: identity?.project?.id,
    outcome: outcomeOf(finished, flags),
    fault: finished.fault,
    flags: flags.length > 0 ? flags : undefined,
    verdicts: exchange?.verdicts ?? none,
    status: finished.status,
    mediaType,
    change: change && {
      set: Object.keys(change.set),
      changed: Object.keys(change.changed),
      removed: Object.keys(change.removed),
    },
  };
};

const none: readonly never[] = [];
