import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ForwardPort, Upgrade } from '../core/forward.ts';
import type { Log } from '../core/log.ts';
import type { ClockPort } from '../core/ports.ts';
import type { Tracing } from '../core/tracing.ts';
import { admit } from '../pipeline/admit.ts';
import type { TrustedPeers } from '../pipeline/client-address.ts';
import type { Snapshot } from '../pipeline/compile.ts';
import type { Lookups } from '../pipeline/exchange.ts';
import type { Finished } from '../pipeline/records.ts';
import { overloaded } from '../pipeline/refusal.ts';
import { requestIdOf } from '../pipeline/request-id.ts';
import type { RequestMeters } from '../pipeline/request-meters.ts';
import { Journey } from './journey.ts';
import type { Full, Load } from './load.ts';

export interface Gateway {
  /** Read once per request: the snapshot that judges it to its end. */
  readonly snapshots: { readonly current: Snapshot };
  readonly forwarder: ForwardPort;
  readonly lookups: Lookups;
  readonly clock: ClockPort;
  readonly log: Log;
  readonly trusted: TrustedPeers;
  readonly meters: RequestMeters;
  /** Headers that claimed an identity or a trusted name. */
  readonly spoofed: { inc(by?: number): void };
  readonly record: (finished: Finished) => void;
  readonly load: Load;
  /** `undefined`: nobody records spans. */
  readonly tracing?: Tracing | undefined;
  /** Milliseconds for a whole body that is judged. */
  readonly requestMs: number;
}

export interface Handler {
  handle(req: IncomingMessage, res: ServerResponse, upgrade?: Upgrade): Promise<void>;
  /** Requests whose answer is not finished. */
  readonly inFlight: number;
}

/** The one way of a request, from its head to its last record. */
export const createHandler = (gateway: Gateway): Handler => {
  const { load } = gateway;

  const travel = async (
    req: IncomingMessage,
    res: ServerResponse,
    full: Full | undefined,
    upgrade?: Upgrade,
  ): Promise<void> => {
    const requestId = requestIdOf(req.headers['x-openstack-request-id']);
    const snapshot = gateway.snapshots.current;
    const journey = new Journey(gateway, req, res, requestId, snapshot.revision, upgrade);
    if (full !== undefined) return journey.refuse(overloaded());
    const head = { method: req.method ?? '', target: req.url ?? '', rawHeaders: req.rawHeaders };
    const admission = admit(snapshot, head, {
      address: req.socket.remoteAddress ?? '',
      encrypted: 'encrypted' in req.socket,
      httpVersion: req.httpVersion,
      trusted: gateway.trusted,
    });
    const { headers } = admission;
    journey.path = admission.kind === 'admitted' ? admission.target.path : admission.path;
    if (headers !== undefined) {
      if (headers.spoofed > 0) gateway.spoofed.inc(headers.spoofed);
      journey.clientAddress = headers.clientAddress;
    }
    return admission.kind === 'admitted' ? journey.run(admission) : journey.refuse(admission.fault);
  };

  return {
    async handle(req, res, upgrade) {
      const full = load.begin();
      try {
        await travel(req, res, full, upgrade);
      } finally {
        load.end();
      }
    },
    get inFlight() {
      return load.inFlight;
    },
  };
};
