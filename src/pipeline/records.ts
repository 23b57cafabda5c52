import type { Log } from '../core/log.ts';
import { type KeptDecision, keepDecision, outcomeOf } from './decision.ts';
import type { RequestExchange } from './exchange.ts';
import type { Ending } from './request-meters.ts';
import { isDrawn, sampleRateOf } from './sampling.ts';

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
  /** Whether somebody records the trace. */
  readonly sampled?: boolean | undefined;
  readonly revision: string;
  readonly route: string;
  readonly exchange: RequestExchange | undefined;
}

export interface RecordOptions {
  readonly access: boolean;
  readonly decisions: boolean;
  /** Of the lines of requests that passed, one in so many is written; those of all others always. */
  readonly sample?: number;
}

/**
 * Writes the one access line and the one decision line of a request, and hands the decision on to those who keep it.
 * Tokens and values never stand in either. Names are those of OpenTelemetry where it has one; what only we have is in
 * the member `images_gateway` (docs/adr/017-names-in-log-lines.md).
 */
export const createRecords = (
  log: Log,
  options: RecordOptions,
  keepers: readonly ((decision: KeptDecision) => void)[] = [],
): ((finished: Finished) => void) => {
  const { access, decisions, sample = 1 } = options;
  return (finished) => {
    const rate = sampleRateOf(finished, sample);
    if (rate === undefined || isDrawn(finished.decisionId, rate)) {
      if (access) log.info(accessFields(finished, rate), 'request');
      if (decisions) log.info(decisionFields(finished, rate), 'decision');
    }
    if (keepers.length === 0) return;
    const decision = keepDecision(finished);
    for (const keep of keepers) keep(decision);
  };
};

const accessFields = (finished: Finished, sample: number | undefined) => {
  const identity = finished.exchange?.identity;
  return {
    kind: 'access',
    trace_id: finished.traceId,
    'http.request.method': finished.method,
    'url.path': finished.path,
    'client.address': finished.clientAddress,
    'http.response.status_code': finished.status,
    'http.route': finished.route,
    // In seconds, as the metric of that name.
    'http.server.request.duration': Math.round(finished.seconds * 1e6) / 1e6,
    'user.id': identity?.user.id,
    images_gateway: {
      request: finished.requestId,
      ending: finished.ending,
      project: identity?.project?.id,
      sample,
    },
  };
};

/**
 * The log tells which keys change, never to what; the decision file has the masked rest. One object of one shape:
 * V8 writes such a one as JSON twice as fast as one that was put together from parts.
 */
const decisionFields = (finished: Finished, sample: number | undefined) => {
  const { exchange } = finished;
  const identity = exchange?.identity;
  const flags = exchange?.flags ?? none;
  const change = exchange?.knownChange;
  const mediaType = exchange?.body === undefined ? undefined : exchange.headers['content-type'];
  return {
    kind: 'decision',
    trace_id: finished.traceId,
    'http.request.method': finished.method,
    'url.path': finished.path,
    'http.response.status_code': finished.status,
    'http.route': finished.route,
    'user.id': identity?.user.id,
    'user.roles': identity?.roles,
    images_gateway: {
      decision: finished.decisionId,
      request: finished.requestId,
      revision: finished.revision,
      operation: exchange?.operation?.name,
      project: identity?.project?.id,
      outcome: outcomeOf(finished, flags),
      fault: finished.fault,
      flags: flags.length > 0 ? flags : undefined,
      verdicts: exchange?.verdicts ?? none,
      mediaType,
      change: change && {
        set: Object.keys(change.set),
        changed: Object.keys(change.changed),
        removed: Object.keys(change.removed),
      },
      sample,
    },
  };
};

const none: readonly never[] = [];
