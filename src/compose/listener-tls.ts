import type { ListenerTls } from '../config/tls-schema.ts';
import { type EdgeMaterial, EdgeTls } from '../http/edge-tls.ts';
import type { HandshakeFailure } from '../http/handshake-failure.ts';
import { handshakeFailures } from '../http/handshake-failure.ts';
import { oneAtATime } from '../policy/one-at-a-time.ts';
import {
  type CertificatesOutside,
  holdAuthorities,
  holdPair,
  watchCertificates,
} from './held-certificates.ts';

export interface ComposedTls {
  /** `undefined`: the listener speaks plain HTTP. */
  readonly edge: EdgeTls | undefined;
  /** Reads the certificates again, as their files are now. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** The encryption of a listener, and its renewal: a pair that is broken leaves the one before in use. */
export const composeListenerTls = async (
  listener: 'listen' | 'admin',
  tls: ListenerTls | undefined,
  outside: CertificatesOutside,
): Promise<ComposedTls> => {
  if (tls === undefined) return { edge: undefined, renew: async () => {}, close: async () => {} };
  const pairs = [{ names: [], cert: tls.cert, key: tls.key }, ...(tls.sni ?? [])].map(
    ({ names, ...pair }) => ({
      names,
      held: holdPair(names.length === 0 ? listener : `${listener}:${names[0]}`, pair, outside),
    }),
  );
  const authorities = tls.clients && holdAuthorities({ listener }, 'clients', tls.clients.ca, outside);
  const material = (): EdgeMaterial => {
    const [first, ...others] = pairs.map(({ names, held }) => ({
      names,
      cert: held.cert.reveal(),
      key: held.key.reveal(),
    }));
    return {
      certificates: [first as EdgeMaterial['certificates'][0], ...others],
      clientCa: authorities?.ca.reveal(),
    };
  };
  const failed = outside.meters.counter(failedHandshakes);
  const counters = new Map(handshakeFailures.map((reason) => [reason, failed.at({ listener, reason })]));
  const settings = {
    minVersion: tls.minVersion ?? 'TLSv1.2',
    clients: clientsOf(tls),
    failed: (reason: HandshakeFailure) => counters.get(reason)?.inc(),
  };
  const edge = new EdgeTls(settings, material());
  const held = [...(authorities === undefined ? [] : [authorities]), ...pairs.map((pair) => pair.held)];
  const renew = oneAtATime(async () => {
    let isOther = false;
    for (const one of held) isOther = (await one.renew()) || isOther;
    if (isOther) edge.use(material());
  });
  const watching = await watchCertificates(held, renew, outside.watch);
  // A worker that is begun later has the settings of the start, and files may have changed since.
  await renew();
  return { edge, renew, close: watching.close };
};

const clientsOf = ({ clients }: ListenerTls) => clients && (clients.certificate ?? 'require');

const failedHandshakes = {
  name: 'images_gateway_tls_handshake_failures_total',
  help: 'Connections to a listener with TLS that ended before a request could be sent, by reason.',
  labels: ['listener', 'reason'],
} as const;
