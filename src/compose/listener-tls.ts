import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { areAuthorities, checkPair } from '../config/certificates.ts';
import { readSecret } from '../config/secrets.ts';
import type { ListenerTls } from '../config/tls-schema.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { type WatchOptions, watchFiles } from '../files/watch.ts';
import { type EdgeMaterial, EdgeTls } from '../http/edge-tls.ts';
import { oneAtATime } from '../policy/one-at-a-time.ts';

interface Outside {
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Log;
  readonly watch?: WatchOptions;
}

export interface ComposedTls {
  /** `undefined`: the listener speaks plain HTTP. */
  readonly edge: EdgeTls | undefined;
  /** Reads the certificates again, as their files are now. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** One certificate with its key, as it is in use. */
interface Held {
  /** For logs and metrics: the listener, and the first name by which the certificate is asked for. */
  readonly name: string;
  readonly names: readonly string[];
  cert: Secret;
  key: Secret;
  notAfter: number;
}

/** The encryption of a listener, and its renewal: a pair that is broken leaves the one before in use. */
export const composeListenerTls = async (
  listener: 'listen' | 'admin',
  tls: ListenerTls | undefined,
  { clock, meters, log, watch }: Outside,
): Promise<ComposedTls> => {
  if (tls === undefined) return { edge: undefined, renew: async () => {}, close: async () => {} };
  const held: Held[] = [{ names: [], cert: tls.cert, key: tls.key }, ...(tls.sni ?? [])].map((pair) => ({
    ...pair,
    name: pair.names.length === 0 ? listener : `${listener}:${pair.names[0]}`,
    notAfter: 0,
  }));
  let clientCa = tls.clients?.ca;
  const gauges = {
    expiry: meters.gauge(certificateExpiry),
    reload: meters.gauge(lastReload),
  };
  const material = (): EdgeMaterial => {
    const [first, ...others] = held.map(({ names, cert, key }) => ({
      names,
      cert: cert.reveal(),
      key: key.reveal(),
    }));
    return {
      certificates: [first as EdgeMaterial['certificates'][0], ...others],
      clientCa: clientCa?.reveal(),
    };
  };
  const inUse = (one: Held, notAfter: number): void => {
    one.notAfter = notAfter;
    gauges.expiry.at({ certificate: one.name }).set(notAfter / 1000);
    gauges.reload.at({ certificate: one.name }).set(1);
  };
  const refuse = (one: Held, why: string): false => {
    gauges.reload.at({ certificate: one.name }).set(0);
    log.error(
      { certificate: one.name },
      `the certificate was not renewed: ${why}; the one before is shown on`,
    );
    return false;
  };

  for (const one of held) {
    const pair = checkPair(one.cert, one.key);
    if (!pair.ok) throw new Error(`"${pair.of}" of the certificate ${one.name} ${pair.fault}.`);
    inUse(one, pair.facts.notAfter);
    if (pair.facts.notAfter <= clock.now())
      log.warn({ certificate: one.name, since: date(pair.facts.notAfter) }, 'the certificate has expired');
  }

  /** @returns whether the pair is another one now */
  const renewPair = async (one: Held): Promise<boolean> => {
    const [cert, key] = [await again(one.cert), await again(one.key)];
    if ('fault' in cert) return refuse(one, cert.fault);
    if ('fault' in key) return refuse(one, key.fault);
    const pair = checkPair(cert.secret, key.secret);
    if (!pair.ok) return refuse(one, `"${pair.of}" ${pair.fault}`);
    const { notAfter, serial } = pair.facts;
    const isOther = !same(cert.secret, one.cert) || !same(key.secret, one.key);
    if (isOther && notAfter <= clock.now()) return refuse(one, `it has expired on ${date(notAfter)}`);
    [one.cert, one.key] = [cert.secret, key.secret];
    inUse(one, notAfter);
    if (isOther) log.info({ certificate: one.name, serial, until: date(notAfter) }, 'certificate renewed');
    return isOther;
  };
  const renewAuthorities = async (): Promise<boolean> => {
    if (clientCa === undefined) return false;
    const read = await again(clientCa);
    const fault =
      'fault' in read ? read.fault : areAuthorities(read.secret) ? undefined : 'no certificates in PEM';
    if ('secret' in read && fault === undefined) {
      const isOther = !same(read.secret, clientCa);
      clientCa = read.secret;
      if (isOther) log.info({ listener }, 'authorities of clients renewed');
      return isOther;
    }
    log.error(
      { listener },
      `the authorities of clients were not renewed: ${fault}; those before are trusted on`,
    );
    return false;
  };

  const edge = new EdgeTls({ minVersion: tls.minVersion ?? 'TLSv1.2', clients: clientsOf(tls) }, material());
  const renew = oneAtATime(async () => {
    let isOther = await renewAuthorities();
    for (const one of held) isOther = (await renewPair(one)) || isOther;
    if (isOther) edge.use(material());
  });
  const files = [
    ...held.flatMap(({ cert, key }) => [cert, key]),
    ...(clientCa === undefined ? [] : [clientCa]),
  ]
    .map((secret) => secret.file)
    .filter((file) => file !== undefined);
  const read = async (): Promise<string> => {
    const hash = createHash('sha256');
    for (const file of files) {
      const found = await readSecret(file);
      hash.update('fault' in found ? found.fault : found.secret.reveal()).update('\0');
    }
    return hash.digest('hex');
  };
  const places = () => [...new Set(files.map((file) => dirname(file)))].map((folder) => ({ folder }));
  const watching = watchFiles({ read, places, loaded: await read(), changed: renew }, watch);
  // A worker that is begun later has the settings of the start, and files may have changed since.
  await renew();
  return { edge, renew, close: watching.close };
};

const clientsOf = ({ clients }: ListenerTls) => clients && (clients.certificate ?? 'require');

const again = async (secret: Secret) => (secret.file === undefined ? { secret } : readSecret(secret.file));

const same = (a: Secret, b: Secret): boolean => a.reveal() === b.reveal();

const date = (milliseconds: number): string => new Date(milliseconds).toISOString();

const certificateExpiry = {
  name: 'images_gateway_tls_certificate_expiry_timestamp_seconds',
  help: 'When a certificate that a listener shows to clients expires.',
  labels: ['certificate'],
  acrossWorkers: 'min',
} as const;

const lastReload = {
  name: 'images_gateway_tls_last_reload_successful',
  help: 'Whether the files of a certificate held a sound pair when they were last read (1), or an older pair is shown on (0).',
  labels: ['certificate'],
  acrossWorkers: 'min',
} as const;
