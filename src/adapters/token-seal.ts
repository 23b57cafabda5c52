import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '../core/secret.ts';

/** Names and seals what is kept in a store that others can read and write. */
export interface TokenSeal {
  /** A name for a token's hash that says nothing without the key. */
  name(hash: string): string;
  /** Encrypts and authenticates; the text only opens under the same name. */
  seal(name: string, text: string): string;
  /** @returns `undefined`: it was not sealed by us under this name, or was changed since */
  open(name: string, sealed: string): string | undefined;
}

const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM with a random nonce (NIST SP 800-38D), HMAC-SHA-256 for names, and two keys derived from one secret by
 * HKDF (RFC 5869), so that neither use weakens the other. There is no mode without either: a cache whose seal can be
 * left out has been forged before (CVE-2013-2166, CVE-2013-2167).
 * @param secret of any length; 32 random bytes or more are worth having
 */
export const createTokenSeal = (secret: Secret): TokenSeal => {
  const derive = (use: string) =>
    Buffer.from(hkdfSync('sha256', secret.reveal(), '', `images-gateway token cache: ${use}`, 32));
  const sealKey = derive('seal');
  const nameKey = derive('name');
  return {
    name: (hash) => createHmac('sha256', nameKey).update(hash).digest('base64url'),
    seal(name, text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv).setAAD(Buffer.from(name));
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
        'base64',
      );
    },
    open(name, sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < ivBytes + tagBytes) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes.subarray(-tagBytes));
      try {
        return (
          decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        return undefined;
      }
    },
  };
};
