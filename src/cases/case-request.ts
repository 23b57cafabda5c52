import type { ImaginedRequest } from '../pipeline/rehearse.ts';
import type { CaseEntry } from './schema.ts';
import type { World } from './world.ts';
import { callerToken, serviceToken } from './world-ports.ts';

const requestId = 'req-00000000-0000-4000-8000-000000000000';

/** The request of a case as it comes from the socket, with the headers that every client sends. */
export const caseRequest = (request: CaseEntry['request'], world: World): ImaginedRequest => {
  const body = bodyOf(request);
  const added: [string, string][] = [['Host', 'api.example']];
  if (world.caller !== 'none') added.push(['X-Auth-Token', callerToken]);
  if (world.service !== undefined) added.push(['X-Service-Token', serviceToken]);
  if (body !== undefined) {
    added.push(['Content-Type', 'application/json'], ['Content-Length', String(body.length)]);
  }
  const own = Object.entries(request.headers);
  const named = new Set(own.map(([name]) => name.toLowerCase()));
  const headers = [
    ...added.filter(([name]) => !named.has(name.toLowerCase())),
    ...own.filter(([, value]) => value !== ''),
  ];
  return {
    requestId,
    method: request.method,
    target: request.path,
    rawHeaders: headers.flat(),
    body,
    clientAddress: world.address,
  };
};

const bodyOf = ({ body, text, blanks }: CaseEntry['request']): Uint8Array | undefined => {
  if (text !== undefined) return new TextEncoder().encode(text);
  if (blanks !== undefined) return new Uint8Array(blanks).fill(0x20);
  return body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
};
