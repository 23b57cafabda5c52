import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { areAuthorities, checkPair } from '../config/certificates.ts';
import { readSecret } from '../config/secrets.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { type FileWatch, type WatchOptions, watchFiles } from '../files/watch.ts';

export interface CertificatesOutside {
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Log;
  readonly watch?: WatchOptions;
}

/** What is read again when its files change: whatever is broken leaves the one before in use. */
export interface Renewable {
  /** Those that came from files are watched. */
  readonly secrets: readonly Secret[];
  /** Reads the files as they are now. @returns whether something else is in use now */
  renew(): Promise<boolean>;
}

/** A certificate that the gateway shows, with its key. */
export interface HeldPair extends Renewable {
  readonly cert: Secret;
  readonly key: Secret;
}

/** @param name for logs and metrics. @throws an Error when the two do not fit each other */
export const holdPair = (
  name: string,
  pair: { readonly cert: Secret; readonly key: Secret },
  { clock, meters, log }: CertificatesOutside,
): HeldPair => {
  let { cert, key } = pair;
  const expiry = meters.gauge(certificateExpiry).at({ certificate: name });
  const reload = meters.gauge(lastReload).at({ certificate: name });
  const inUse = (notAfter: number): void => {
    expiry.set(notAfter / 1000);
    reload.set(1);
  };
  const refuse = (why: string): false => {
    reload.set(0);
    log.error({ certificate: name }, `the certificate was not renewed: ${why}; the one before is shown on`);
    return false;
  };
  const first = checkPair(cert, key);
  if (!first.ok) throw new Error(`"${first.of}" of the certificate ${name} ${first.fault}.`);
  inUse(first.facts.notAfter);
  if (first.facts.notAfter <= clock.now())
    log.warn({ certificate: name, since: date(first.facts.notAfter) }, 'the certificate has expired');
  return {
    get cert() {
      return cert;
    },
    get key() {
      return key;
    },
    get secrets() {
      return [cert, key];
    },
    async renew() {
      const [newCert, newKey] = [await again(cert), await again(key)];
      if ('fault' in newCert) return refuse(newCert.fault);
      if ('fault' in newKey) return refuse(newKey.fault);
      const checked = checkPair(newCert.secret, newKey.secret);
      if (!checked.ok) return refuse(`"${checked.of}" ${checked.fault}`);
      const { notAfter, serial } = checked.facts;
      const isOther = !same(newCert.secret, cert) || !same(newKey.secret, key);
      if (isOther && notAfter <= clock.now()) return refuse(`it has expired on ${date(notAfter)}`);
      [cert, key] = [newCert.secret, newKey.secret];
      inUse(notAfter);
      if (isOther) log.info({ certificate: name, serial, until: date(notAfter) }, 'certificate renewed');
      return isOther;
    },
  };
};

/** Authorities that vouch for others. */
export interface HeldAuthorities extends Renewable {
  readonly ca: Secret;
}

/** @param of for logs: `{ listener: 'admin' }` and the like. @param whose as it stands in a sentence */
export const holdAuthorities = (
  of: Readonly<Record<string, string>>,
  whose: string,
  given: Secret,
  { log }: CertificatesOutside,
): HeldAuthorities => {
  let ca = given;
  return {
    get ca() {
      return ca;
    },
    get secrets() {
      return [ca];
    },
    async renew() {
      const read = await again(ca);
      const fault =
        'fault' in read ? read.fault : areAuthorities(read.secret) ? undefined : 'no certificates in PEM';
      if ('secret' in read && fault === undefined) {
        const isOther = !same(read.secret, ca);
        ca = read.secret;
        if (isOther) log.info(of, `authorities of ${whose} renewed`);
        return isOther;
      }
      log.error(of, `the authorities of ${whose} were not renewed: ${fault}; those before are trusted on`);
      return false;
    },
  };
};

/** Calls `renew` when a file of theirs has another content. */
export const watchCertificates = async (
  held: readonly Renewable[],
  renew: () => Promise<unknown>,
  watch: WatchOptions | undefined,
): Promise<FileWatch> => {
  const files = held
    .flatMap(({ secrets }) => secrets.map(({ file }) => file))
    .filter((file) => file !== undefined);
  if (files.length === 0) return { close: async () => undefined };
  const read = async (): Promise<string> => {
    const hash = createHash('sha256');
    for (const file of files) {
      const found = await readSecret(file);
      hash.update('fault' in found ? found.fault : found.secret.reveal()).update('\0');
    }
    return hash.digest('hex');
  };
  const places = () => [...new Set(files.map((file) => dirname(file)))].map((folder) => ({ folder }));
  return watchFiles({ read, places, loaded: await read(), changed: renew }, watch);
};

const again = async (secret: Secret) => (secret.file === undefined ? { secret } : readSecret(secret.file));

const same = (a: Secret, b: Secret): boolean => a.reveal() === b.reveal();

const date = (milliseconds: number): string => new Date(milliseconds).toISOString();

const certificateExpiry = {
  name: 'images_gateway_tls_certificate_expiry_timestamp_seconds',
  help: 'When a certificate expires that the gateway shows, to clients or to those it calls.',
  labels: ['certificate'],
  acrossWorkers: 'min',
} as const;

const lastReload = {
  name: 'images_gateway_tls_last_reload_successful',
  help: 'Whether the files of a certificate held a sound pair when they were last read (1), or an older pair is shown on (0).',
  labels: ['certificate'],
  acrossWorkers: 'min',
} as const;
