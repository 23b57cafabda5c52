import { Agent, type AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { materialOf, type OriginTls, serverNameOf } from './origin-tls.ts';

export interface OriginAgentOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly connections: number;
  readonly tls?: OriginTls | undefined;
}

/** Milliseconds after which an unused connection is closed; shorter than most servers keep theirs. */
const idleMs = 4000;

/** The connections that bodies are streamed over. */
export const createOriginAgent = ({ origin, connections, tls = {} }: OriginAgentOptions): Agent => {
  const settings: AgentOptions = { keepAlive: true, maxSockets: connections, timeout: idleMs };
  if (!origin.startsWith('https:')) return new Agent(settings);
  // Node leaves a name out when it is empty, and takes it from the request's Host when there is none.
  const servername = serverNameOf(origin, tls) ?? '';
  // Without a memory of TLS sessions, in which a certificate that was renewed would live on.
  const agent = new TlsAgent({ ...settings, servername, maxCachedSessions: 0 });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => connect({ ...options, ...materialOf(tls) }, callback);
  return agent;
};
