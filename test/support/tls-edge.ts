import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { composeListenerTls } from '../../src/compose/listener-tls.ts';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { Secret } from '../../src/core/secret.ts';
import { createApp, type EdgeHandler } from '../../src/http/app.ts';
import { createEdge, type EdgeLimits } from '../../src/http/server.ts';
import { makeAuthority, type Pair } from './certificates.ts';
import { exchangeRaw, tlsDial } from './raw-client.ts';
import { recordingLog, recordingMeters } from './recording.ts';

/** Vouches for everything that these tests use. */
export const authority = makeAuthority();
export const own = authority.issue('default');

type ListenerTls = NonNullable<GatewayConfig['listen']['tls']>;

export const pem = ({ cert, key }: Pair) => ({ cert: new Secret(cert), key: new Secret(key) });
/** The same, as the settings read it from files of a folder. */
export const filed = ({ cert, key }: Pair, folder: string) => ({
  cert: new Secret(cert.trimEnd(), join(folder, 'tls.crt')),
  key: new Secret(key.trimEnd(), join(folder, 'tls.key')),
});

/** A listener over TLS that answers everything with 200. */
export const startTls = async (
  t: TestContext,
  tls: ListenerTls,
  more: { now?: () => number; limits?: Partial<EdgeLimits>; handler?: EdgeHandler } = {},
) => {
  const [meters, log] = [recordingMeters(), recordingLog()];
  const clock = { now: more.now ?? Date.now };
  const watch = { quietMs: 5, pollMs: 50 };
  const composed = await composeListenerTls('listen', tls, { meters, log, clock, watch });
  t.after(composed.close);
  const answer: EdgeHandler = (_req, res) => void res.end('well');
  const app = createApp(more.handler ?? answer, (error) => {
    throw error;
  });
  const edge = createEdge({ app, tls: composed.edge, limits: more.limits ?? {} });
  const { port } = await edge.listen(0, '127.0.0.1');
  t.after(() => edge.close());
  const gauge = (
    name: 'certificate_expiry_timestamp_seconds' | 'last_reload_successful',
    certificate = 'listen',
  ) => meters.value(`images_gateway_tls_${name}`, { certificate });
  const failures = (reason: string) =>
    meters.value('images_gateway_tls_handshake_failures_total', { listener: 'listen', reason });
  return { port, edge, log, gauge, failures, renew: composed.renew };
};

/** A connection whose handshake is through, or the code of what went wrong. */
export const handshake = async (
  port: number,
  options: ConnectionOptions = {},
): Promise<TLSSocket | string> => {
  const socket = connect({ port, host: '127.0.0.1', ca: authority.ca, servername: 'localhost', ...options });
  const failure = once(socket, 'error').then(([error]) => String((error as NodeJS.ErrnoException).code));
  return Promise.race([once(socket, 'secureConnect').then(() => socket), failure]);
};

/** The subject of the certificate that is shown. */
export const shownTo = async (port: number, options: ConnectionOptions = {}): Promise<string> => {
  const socket = await handshake(port, { checkServerIdentity: () => undefined, ...options });
  assert.ok(typeof socket !== 'string', String(socket));
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
};

export const get = 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
/** One request over a connection of its own. */
export const ask = (port: number, options: ConnectionOptions = {}, bytes = get) =>
  exchangeRaw(port, bytes, undefined, tlsDial({ ca: authority.ca, ...options }));
