import type * as http from 'node:http';

/**
 * `node:http` as it is there, without what an import of it brings along: an import reads every name that the module
 * has, and reading `WebSocket` loads the fetch that is built into Node.js, 16 MiB and half a tenth of a second in a
 * process that uses none of it (docs/adr/013).
 */
const { Agent, createServer, IncomingMessage, ServerResponse, STATUS_CODES }: typeof http =
  process.getBuiltinModule('node:http');

export { Agent, createServer, IncomingMessage, ServerResponse, STATUS_CODES };

export type Agent = http.Agent;
export type IncomingMessage = http.IncomingMessage;
export type ServerResponse = http.ServerResponse;
