import type { IncomingMessage } from 'node:http';
import type { GatewayFault } from '../core/gateway-faults.ts';

/** A request that is refused for the way it is put, before anything is done for it. */
export interface ProtocolRefusal {
  readonly fault: GatewayFault;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const known: ReadonlySet<string> = new Set(methods);
const allow = methods.join(', ');

/**
 * What Node's parser lets through and a service behind us might read differently. Everything here closes the
 * connection: whoever sends it cannot be trusted to agree with us on where the next request begins.
 * @param maxHeaders most header fields
 */
export const protocolRefusal = (req: IncomingMessage, maxHeaders: number): ProtocolRefusal | undefined => {
  const { httpVersion, method = '', headers, url = '' } = req;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return bad(`HTTP/${httpVersion} is not spoken here. Use HTTP/1.1.`);
  }
  if (!known.has(method)) {
    return {
      fault: 'bad-method',
      message: `The method ${method} is not accepted. Allowed are ${allow}.`,
      headers: { allow },
    };
  }
  if (req.rawHeaders.length > maxHeaders * 2) {
    return { fault: 'headers-too-large', message: `The request has more than ${maxHeaders} headers.` };
  }
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked')
      return bad('The only Transfer-Encoding accepted is a single "chunked".');
    // In HTTP/1.0 the header means nothing, so that readers differ in where the body ends (RFC 9112 6.1).
    if (httpVersion === '1.0') return bad('HTTP/1.0 has no Transfer-Encoding. Send a Content-Length.');
    if (headers['content-length'] !== undefined)
      return bad('Send Content-Length or Transfer-Encoding, not both.');
  }
  if (headers['content-length'] !== undefined && !/^\d{1,15}$/.test(headers['content-length'])) {
    return bad('The Content-Length is not a number.');
  }
  if (!url.startsWith('/')) {
    return {
      fault: 'bad-path',
      message: 'The request target must be a path that begins with "/", not a full URL, "*" or a host.',
    };
  }
  if (upgradeAsked(req) === 'other') {
    return {
      fault: 'upgrade-refused',
      message: 'The only upgrade that can be passed on is a GET to "websocket" without a body.',
    };
  }
  return undefined;
};

const bad = (message: string): ProtocolRefusal => ({ fault: 'bad-request', message });

/** No handshake has one (RFC 6455 4.1), and Node hands out something else than the socket until it has come. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || !/^0*$/.test(headers['content-length'] ?? '');

/** What an `Upgrade` header asks for. HTTP/2 in clear text is offered by clients that are content without it. */
export const upgradeAsked = (req: IncomingMessage): 'none' | 'websocket' | 'other' => {
  const { upgrade, connection } = req.headers;
  if (upgrade === undefined || !/(?:^|[,\s])upgrade(?:$|[,\s])/i.test(connection ?? '')) return 'none';
  const protocols = upgrade.toLowerCase().split(/[\s,]+/);
  if (req.method === 'GET' && protocols.includes('websocket')) return hasBody(req) ? 'other' : 'websocket';
  return protocols.every((protocol) => protocol === 'h2c') ? 'none' : 'other';
};
