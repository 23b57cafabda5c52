import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Upgrade } from '../core/forward.ts';
import { admit } from '../pipeline/admit.ts';
import { overloaded } from '../pipeline/refusal.ts';
import { requestIdOf } from '../pipeline/request-id.ts';
import type { Gateway } from './gateway.ts';
import { Journey } from './journey.ts';
import type { Full } from './load.ts';

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
