import type { TLSSocket } from 'node:tls';

/** Why a connection ended before a request could be sent; the label of a metric, so there are no others. */
export const handshakeFailures = [
  'no-tls',
  'version',
  'cipher',
  'certificate',
  'refused',
  'timeout',
  'gone',
  'other',
] as const;

export type HandshakeFailure = (typeof handshakeFailures)[number];

/** OpenSSL's reasons, as Node writes them into the code of an error behind `ERR_SSL_`. */
const reasons: Readonly<Record<string, HandshakeFailure>> = {
  HTTP_REQUEST: 'no-tls',
  WRONG_VERSION_NUMBER: 'no-tls',
  PACKET_LENGTH_TOO_LONG: 'no-tls',
  UNSUPPORTED_PROTOCOL: 'version',
  VERSION_TOO_LOW: 'version',
  INAPPROPRIATE_FALLBACK: 'version',
  NO_SHARED_CIPHER: 'cipher',
  NO_SUITABLE_SIGNATURE_ALGORITHM: 'cipher',
  NO_SUITABLE_KEY_SHARE: 'cipher',
  PEER_DID_NOT_RETURN_A_CERTIFICATE: 'certificate',
  CERTIFICATE_VERIFY_FAILED: 'certificate',
};

/** What a client says that does not believe our certificate (RFC 8446 6.2: the alerts 42 to 48, and 112). */
const disbelief = /_ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA)$/;

/** @param error of Node's event `tlsClientError`. @param socket the connection, as far as it came */
export const handshakeFailureOf = (
  { code = '' }: NodeJS.ErrnoException,
  socket: Pick<TLSSocket, 'authorizationError'>,
): HandshakeFailure => {
  // Node ends the connection of a client whose certificate does not hold without an error of its own.
  if (socket.authorizationError != null) return 'certificate';
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'gone';
  const known = code.startsWith('ERR_SSL_') ? reasons[code.slice('ERR_SSL_'.length)] : undefined;
  if (known !== undefined) return known;
  return disbelief.test(code) ? 'refused' : 'other';
};
