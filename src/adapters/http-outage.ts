import type { Outage } from '../core/ports.ts';

const unreachable = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL']);
const slow = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_ABORTED',
]);
const tooMuch = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_EXCEEDED_MAX_SIZE']);
/** Codes of OpenSSL's certificate checks carry no common prefix (Node.js "errors", section OpenSSL error codes). */
const certificate =
  /^(CERT_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERROR_IN_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CRL_|EPROTO)/;

/**
 * The one translation of an error of an outgoing HTTP call into our word for it.
 * @param error what undici or a socket gave; told by its code, never by its text.
 */
export const outageOf = (error: unknown): Outage => {
  const { name, code, syscall, cause } = (error ?? {}) as Partial<Record<string, unknown>>;
  // undici gives its parser's errors a name, and a code only to some of them.
  if (name === 'HTTPParserError') return 'malformed';
  if (typeof code !== 'string') return cause === undefined ? 'reset' : outageOf(cause);
  if (unreachable.has(code)) return 'refused';
  if (slow.has(code)) return 'timeout';
  if (tooMuch.has(code)) return 'bounds';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_') || syscall === 'getaddrinfo') return 'dns';
  if (certificate.test(code)) return 'tls';
  return 'reset';
};
