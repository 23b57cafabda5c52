import { hash } from 'node:crypto';
import type { TokenAnswer } from '../core/ports.ts';
import type { ServiceTokens } from './keystone-service-token.ts';

/** An identity service that is asked anew each time; `createTokens` puts the cache in front of it. */
export interface TokenSource {
  /** Metric label. */
  readonly name: 'keystone-v3' | 'keystone-v2' | 'static';
  /**
   * Who does this token belong to? Never rejects, and never answers `limited`.
   * @param token trimmed and of a plausible form (`isPlausibleToken`)
   * @param signal fires when the time for the whole look-up, retries included, is over
   */
  lookup(token: string, signal: AbortSignal): Promise<TokenAnswer>;
  /** The gateway's own token, for questions that it asks in its own name; `undefined`: it has no credential. */
  readonly own?: ServiceTokens | undefined;
}

/**
 * The name of a token in caches, revocations and configuration: SHA-256 in hex, as `sha256sum` prints it. The token
 * itself is never a key.
 */
export const tokenHash = (token: string): string => hash('sha256', token, 'hex');

/** Tokens travel in a header field; PKI tokens, the longest there were, stayed below 8 KiB. */
const longestToken = 8192;

/**
 * Could Keystone have issued this? A form it never issues is not worth a call. For Fernet and JWS tokens the form must
 * be the canonical one: Python's base64 reader drops foreign characters and padding and ignores unused bits, so one
 * token has many spellings (Keystone 22 took one with `....` behind it, with `!!!!` in it, and with another last
 * letter), and a refusal of one spelling would not hold for the others; CVE-2015-7546 was of that kind.
 */
export const isPlausibleToken = (token: string): boolean => {
  if (token.length === 0 || token.length > longestToken || !/^[\x21-\x7e]+$/.test(token)) return false;
  if (token.startsWith('eyJ')) {
    const parts = token.split('.');
    return parts.length === 3 && parts.every((part) => part !== '' && isCanonical(part));
  }
  // A Fernet token's version byte 0x80 and the high bits of a time before 2106 read `gAAAA` (Fernet specification).
  const letters = token.replace(/[^A-Za-z0-9+/_-]/g, '');
  return !letters.startsWith('gAAAA') || isCanonical(token);
};

const isCanonical = (text: string): boolean => Buffer.from(text, 'base64url').toString('base64url') === text;
