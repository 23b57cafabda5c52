import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Upgrade } from '../core/forward.ts';
import { admit } from '../pipeline/admit.ts';
import type { TrustedPeers } from '../pipeline/client-address.ts';
import { overloaded } from '../pipeline/refusal.ts';
import type { Peer } from '../pipeline/request-headers.ts';
import type { Gateway } from './gateway.ts';
import { Journey } from './journey.ts';

export interface Handler {
  /** The promise, if there is one, ends with the request. Throws, or rejects, for a bug alone. */
  handle(req: IncomingMessage, res: ServerResponse, upgrade?: Upgrade): Promise<void> | void;
  /** Requests whose answer is not finished. */
  readonly inFlight: number;
}

/** The one way of a request, from its head to its last record. */
export const createHandler = (gateway: Gateway): Handler => {
  const { load, snapshots, trusted, spoofed } = gateway;

  return {
    handle(req, res, upgrade) {
      const full = load.begin();
      let isUnderWay = false;
      try {
        const snapshot = snapshots.current;
        const journey = new Journey(gateway, req, res, snapshot.revision, upgrade);
        if (full !== undefined) return journey.refuse(overloaded());
        const head = { method: req.method ?? '', target: req.url ?? '', rawHeaders: req.rawHeaders };
        const admission = admit(snapshot, head, peerOf(req, trusted));
        const { headers } = admission;
        if (headers !== undefined) {
          if (headers.spoofed > 0) spoofed.inc(headers.spoofed);
          journey.clientAddress = headers.clientAddress;
        }
        if (admission.kind === 'refused') {
          journey.path = admission.path;
          return journey.refuse(admission.fault);
        }
        isUnderWay = true;
        return journey.run(admission);
      } finally {
        if (!isUnderWay) load.end();
      }
    },
    get inFlight() {
      return load.inFlight;
    },
  };
};

const peerOf = ({ socket, httpVersion }: IncomingMessage, trusted: TrustedPeers): Peer => ({
  address: socket.remoteAddress ?? '',
  encrypted: 'encrypted' in socket,
  httpVersion,
  trusted,
});
