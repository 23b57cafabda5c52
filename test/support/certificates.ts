/** Certificates made by openssl while the test runs: no private key lies in the repository for them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../src/core/secret.ts';

/** PEM texts. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Its own certificate, for those who are to trust it. */
  readonly ca: string;
  /** @param names of the certificate, e.g. `DNS:a.example` or `IP:127.0.0.1`. @param days that it is good for */
  issue(name: string, names?: readonly string[], days?: number): Pair;
}

/** An authority of its own, good for two days. */
export const makeAuthority = (name = 'authority'): Authority => {
  const own = make(name, ['basicConstraints=critical,CA:TRUE']);
  return {
    ca: own.cert,
    issue: (subject, names = ['IP:127.0.0.1', 'DNS:localhost'], days = 2) =>
      make(subject, ['basicConstraints=critical,CA:FALSE', `subjectAltName=${names.join(',')}`], own, days),
  };
};

/** A pair for loopback as the settings hold it. */
export const secretPair = (authority: Authority): { readonly cert: Secret; readonly key: Secret } => {
  const { cert, key } = authority.issue('gateway');
  return { cert: new Secret(cert), key: new Secret(key) };
};

const make = (subject: string, extensions: readonly string[], by?: Pair, days = 2): Pair => {
  const folder = mkdtempSync(join(tmpdir(), 'images-gateway-cert-'));
  const at = (file: string): string => join(folder, file);
  try {
    if (by !== undefined) writeFileSync(at('by'), by.cert + by.key, { mode: 0o600 });
    const signer = by === undefined ? [] : ['-CA', at('by'), '-CAkey', at('by')];
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync(
      'openssl',
      [
        ...args,
        ...['-keyout', at('key'), '-out', at('cert'), '-days', String(days), '-subj', `/CN=${subject}`],
        ...extensions.flatMap((extension) => ['-addext', extension]),
        ...signer,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return { cert: readFileSync(at('cert'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
