import type { Log } from '../core/log.ts';
import type { EffectiveChange } from '../core/metadata.ts';
import type { RequestExchange } from './exchange.ts';
import type { Ending } from './request-meters.ts';

/** What is known of a request when it is over. */
export interface Finished {
  readonly requestId: string;
  readonly method: string;
  /** The path alone: a query may hold what should not stand in a log. */
  readonly path: string;
  readonly clientAddress: string;
  readonly status: number;
  readonly ending: Ending;
  /** Of the refusal, if the gateway answered itself. */
  readonly fault: string | undefined;
  readonly seconds: number;
  readonly revision: string;
  readonly route: string;
  readonly exchange: RequestExchange | undefined;
}

export interface RecordOptions {
  readonly access: boolean;
  readonly decisions: boolean;
}

/** Writes the one access line and the one decision line of a request. Tokens and values never stand in either. */
export const createRecords = (log: Log, options: RecordOptions): ((finished: Finished) => void) => {
  return (finished) => {
    const { requestId, method, path, clientAddress, status, ending, fault, route, revision, exchange } =
      finished;
    const identity = exchange?.identity;
    const who = { user: identity?.user.id, project: identity?.project?.id };
    if (options.access) {
      const ms = Math.round(finished.seconds * 1e6) / 1000;
      log.info(
        {
          kind: 'access',
          request: requestId,
          method,
          path,
          client: clientAddress,
          status,
          ending,
          ms,
          route,
          ...who,
        },
        'request',
      );
    }
    if (!options.decisions) return;
    log.info(
      {
        kind: 'decision',
        request: requestId,
        revision,
        route,
        operation: exchange?.operation?.name,
        method,
        path,
        ...who,
        outcome: fault === undefined ? (exchange?.flags.length ? 'flag' : 'pass') : 'deny',
        fault,
        flags: exchange?.flags.length ? exchange.flags : undefined,
        verdicts: exchange?.verdicts,
        change: changeSummary(exchange?.knownChange),
        status,
      },
      'decision',
    );
  };
};

/** Which keys change, never to what: values belong to the customer. */
const changeSummary = (change: EffectiveChange | undefined) =>
  change && {
    set: Object.keys(change.set),
    changed: Object.keys(change.changed),
    removed: Object.keys(change.removed),
  };
