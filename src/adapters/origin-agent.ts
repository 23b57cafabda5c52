import type { AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Agent } from '../node/http.ts';
import { materialOf, type OriginTls, serverNameOf } from './origin-tls.ts';

export interface OriginAgentOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly connections: number;
  readonly tls?: OriginTls | undefined;
  /** Milliseconds for `reach`. */
  readonly connectMs: number;
}

export interface OriginAgent {
  readonly agent: Agent;
  /**
   * Sees to it that the next request finds a connection, as far as that can be seen to: an idle one, one that is made
   * now, or its turn when all are in use. Rejects with Node's error when none can be made.
   */
  reach(): Promise<void>;
}

/** Milliseconds after which an unused connection is closed; shorter than most servers keep theirs. */
const idleMs = 4000;

/** The connections that bodies are streamed over. */
export const createOriginAgent = ({
  origin,
  connections,
  connectMs,
  tls = {},
}: OriginAgentOptions): OriginAgent => {
  const settings: AgentOptions = { keepAlive: true, maxSockets: connections, timeout: idleMs };
  const { hostname, port, protocol } = new URL(origin);
  const secure = protocol === 'https:';
  // Node leaves a name out when it is empty, and takes it from the request's Host when there is none.
  const servername = serverNameOf(origin, tls) ?? '';
  // Without a memory of TLS sessions, in which a certificate that was renewed would live on.
  const agent = secure
    ? new TlsAgent({ ...settings, servername, maxCachedSessions: 0 })
    : new Agent(settings);
  const connect = agent.createConnection.bind(agent);
  const made: Duplex[] = [];
  agent.createConnection = (options, callback) =>
    made.pop() ?? connect(secure ? { ...options, ...materialOf(tls) } : options, callback);

  const reach = async (): Promise<void> => {
    if (held(agent.freeSockets) > 0 || held(agent.sockets) >= connections) return;
    const where = { host: hostname.replace(/^\[|\]$/g, ''), port: port || (secure ? 443 : 80) };
    const options = secure ? { ...where, servername, ...materialOf(tls) } : where;
    const socket = connect(options as Parameters<typeof connect>[0]) as Socket;
    await established(socket, secure ? 'secureConnect' : 'connect', connectMs);
    made.push(socket);
    const unused = (): void => {
      const index = made.indexOf(socket);
      if (index >= 0) made.splice(index, 1);
    };
    socket.once('close', unused);
    // The agent sets a time of its own once it has taken the socket.
    socket.setTimeout(idleMs, () => made.includes(socket) && socket.destroy());
  };
  return { agent, reach };
};

const held = (sockets: Agent['sockets'] | Agent['freeSockets']): number =>
  Object.values(sockets).reduce((sum, list) => sum + (list?.length ?? 0), 0);

const established = (socket: Socket, event: string, withinMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const late = Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => socket.destroy(late), withinMs);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
    socket.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
