import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Upgrade } from '../core/forward.ts';
import { type Admission, admit } from '../pipeline/admit.ts';
import { type Choice, chooseRevision } from '../pipeline/choose-revision.ts';
import type { TrustedPeers } from '../pipeline/client-address.ts';
import { overloaded } from '../pipeline/refusal.ts';
import type { Peer } from '../pipeline/request-headers.ts';
import type { Gateway } from './gateway.ts';
import { Journey } from './journey.ts';
import { Waiting } from './waiting.ts';

export interface Handler {
  /** The promise, if there is one, ends with the request. Throws, or rejects, for a bug alone. */
  handle(req: IncomingMessage, res: ServerResponse, upgrade?: Upgrade): Promise<void> | void;
  /** Requests whose answer is not finished. */
  readonly inFlight: number;
}

/** The one way of a request, from its head to its last record. */
export const createHandler = (gateway: Gateway): Handler => {
  const { load, snapshots, trusted, spoofed } = gateway;

  const proceed = (journey: Journey, admission: Admission): Promise<void> | void => {
    const { headers } = admission;
    if (headers !== undefined) {
      if (headers.spoofed > 0) spoofed.inc(headers.spoofed);
      journey.clientAddress = headers.clientAddress;
    }
    if (admission.kind === 'admitted') return journey.run(admission);
    journey.path = admission.path;
    return journey.refuse(admission.fault);
  };

  /** While a candidate is staged: which of the two revisions it is has to be found out first. */
  const choose = async (journey: Journey, choice: Promise<Choice> | Choice): Promise<void> => {
    let isUnderWay = false;
    try {
      const { admission, revision, known } = await choice;
      journey.revision = revision;
      journey.known = known;
      isUnderWay = admission.kind === 'admitted';
      await proceed(journey, admission);
    } finally {
      if (!isUnderWay) load.end();
    }
  };

  return {
    handle(req, res, upgrade) {
      const full = load.begin();
      let isUnderWay = false;
      try {
        const { current, candidate } = snapshots;
        const journey = new Journey(gateway, req, res, current.revision, upgrade);
        if (full !== undefined) return journey.refuse(overloaded());
        const head = { method: req.method ?? '', target: req.url ?? '', rawHeaders: req.rawHeaders };
        const peer = peerOf(req, trusted);
        if (candidate !== undefined) {
          const asker = (clientAddress: string) => new Waiting(res, clientAddress);
          const choice = chooseRevision(current, candidate, head, peer, gateway.tokens, asker);
          isUnderWay = true;
          return choose(journey, choice);
        }
        const admission = admit(current, head, peer);
        isUnderWay = admission.kind === 'admitted';
        return proceed(journey, admission);
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
