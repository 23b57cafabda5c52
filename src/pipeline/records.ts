import type { Log } from '../core/log.ts';
import { type KeptDecision, keepDecision } from './decision.ts';
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
    if (!options.decisions && keepers.length === 0) return;
    const decision = keepDecision(finished);
    for (const keep of keepers) keep(decision);
    if (options.decisions) log.info(decisionFields(decision, finished.exchange), 'decision');
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

/** The log tells which keys change, never to what; the decision file has the masked rest. */
const decisionFields = (
  { kept: { version: _version, time: _time, id, flags, ...rest } }: KeptDecision,
  exchange: RequestExchange | undefined,
) => {
  const change = exchange?.knownChange;
  return {
    kind: 'decision',
    decision: id,
    ...rest,
    flags: flags.length > 0 ? flags : undefined,
    change: change && {
      set: Object.keys(change.set),
      changed: Object.keys(change.changed),
      removed: Object.keys(change.removed),
    },
  };
};
