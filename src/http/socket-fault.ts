import type { Duplex } from 'node:stream';
import { faultBody } from '../core/fault.ts';
import type { GatewayFault } from '../core/gateway-faults.ts';
import { STATUS_CODES } from '../node/http.ts';
import { gatewayFault } from '../pipeline/refusal.ts';
import type { ProtocolRefusal } from './protocol.ts';

/** Milliseconds for a client to read the answer before the connection is cut. */
const lingerMs = 1000;

/** Answers on the bare socket, where the parser has given up and there is no response object, and ends it. */
export const socketFault = (socket: Duplex, refusal: ProtocolRefusal, requestId: string): void => {
  const fault = gatewayFault(refusal.fault, refusal.message);
  const body = faultBody(fault, `${fault.code}, request ${requestId}`);
  const lines = [
    `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-openstack-request-id: ${requestId}`,
    `x-compute-request-id: ${requestId}`,
    'via: 1.1 images-gateway',
    ...Object.entries(refusal.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  // What the client still sends is read and thrown away; otherwise a reset could overtake the answer.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(timer));
};

/** What the parser found wrong, told by its code. `undefined`: the client is gone, there is nobody to tell. */
export const parserRefusal = (code: string | undefined): ProtocolRefusal | undefined => {
  const told = code === undefined ? undefined : tellings[code];
  if (told !== undefined) return { fault: told[0], message: told[1] };
  if (code?.startsWith('HPE_')) {
    return {
      fault: 'bad-request',
      message: 'The request is not valid HTTP/1.1, so that its end cannot be told.',
    };
  }
  return undefined;
};

const tellings: Readonly<Record<string, [GatewayFault, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'headers-too-large',
    'The header section of the request is too large. Send fewer or shorter headers.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request was not received in time. Send it again.'],
};
