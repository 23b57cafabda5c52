import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Secret } from '../core/secret.ts';

/** A certificate and its key, seen to belong together. */
export interface CertificateFacts {
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** For logs: the serial number, which tells one certificate from its renewal. */
  readonly serial: string;
}

export type CheckedPair =
  | { readonly ok: true; readonly facts: CertificateFacts }
  /** A sentence about one of the two; it repeats nothing of them. */
  | { readonly ok: false; readonly of: 'cert' | 'key'; readonly fault: string };

const wrong = (of: 'cert' | 'key', fault: string): CheckedPair => ({ ok: false, of, fault });

/** Sees to it that a server or client can be made with the two. Whether the certificate is still good is not judged. */
export const checkPair = (cert: Secret, key: Secret): CheckedPair => {
  const certificate = certificateOf(cert.reveal());
  if (certificate === undefined) return wrong('cert', 'must be a certificate in PEM');
  const own = privateKeyOf(key.reveal());
  if (own === undefined) return wrong('key', 'must be a private key in PEM without a password');
  if (!certificate.checkPrivateKey(own)) return wrong('key', 'does not belong to the certificate in "cert"');
  try {
    // OpenSSL has rules of its own, such as the smallest size of a key.
    createSecureContext({ cert: cert.reveal(), key: key.reveal() });
  } catch (error) {
    return wrong('cert', `is not accepted by OpenSSL (${(error as NodeJS.ErrnoException).code})`);
  }
  const { validTo, serialNumber: serial } = certificate;
  return { ok: true, facts: { notAfter: Date.parse(validTo), serial } };
};

/** Authorities in PEM: at least one, and each of them readable. */
export const areAuthorities = (ca: Secret): boolean => {
  const blocks = ca.reveal().match(/-----BEGIN [\s\S]*?-----END [^-]*-----/g) ?? [];
  return blocks.length > 0 && blocks.every((block) => certificateOf(block) !== undefined);
};

const certificateOf = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
};

const privateKeyOf = (pem: string): KeyObject | undefined => {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
};
