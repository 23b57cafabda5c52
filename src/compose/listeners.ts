import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayConfig } from '../config/schema.ts';
import type { GatewayFault } from '../core/gateway-faults.ts';
import type { Log } from '../core/log.ts';
import { createApp, type EdgeFailure, type EdgeHandler } from '../http/app.ts';
import type { EdgeTls } from '../http/edge-tls.ts';
import type { Handler } from '../http/handler.ts';
import { protocolRefusal } from '../http/protocol.ts';
import { respondFault } from '../http/respond.ts';
import { createEdge, defaultEdgeLimits, type Edge } from '../http/server.ts';
import { upgradeOf } from '../http/upgrade.ts';
import { gatewayFault } from '../pipeline/refusal.ts';
import { requestIdOf } from '../pipeline/request-id.ts';

/** Milliseconds that answers in flight get to finish, once no new connection is taken. */
export const graceMs = 30_000;

/** The listener for clients. */
export const composeEdge = (
  config: GatewayConfig,
  handler: Handler,
  {
    log,
    refused,
    tls,
  }: {
    readonly log: Log;
    readonly refused: (stage: string, fault: GatewayFault) => void;
    readonly tls?: EdgeTls | undefined;
  },
): Edge => {
  const app = createApp((req, res) => handler.handle(req, res, upgradeOf(req)), bugAnswer(log));
  const slowest = Math.max(...Object.values(config.upstreams).map(({ timeoutMs }) => timeoutMs));
  const { headersMs, keepAliveMs } = config.timeouts;
  const { maxConnections } = config.overload;
  const limits = { headersMs, keepAliveMs, maxConnections, idleMs: Math.max(120_000, slowest * 2) };
  return createEdge({ app, limits, tls, refused: (fault) => refused('gateway', fault) });
};

/** A bug of ours is told to the operator, and to the client without its particulars. */
const bugAnswer =
  (log: Log): EdgeFailure =>
  (error, req, res) => {
    const requestId = requestIdOf(req.headers['x-openstack-request-id']);
    log.error(
      { images_gateway: { request: requestId }, err: error },
      'the gateway failed; the request is refused',
    );
    const message = 'The gateway failed while it judged this request. Report the request id.';
    respondFault(res, gatewayFault('internal', message), { requestId });
  };

/** For a server that is not ours: what our own would refuse before the handler is refused here. */
export const composeMounted = ({
  handler,
  admin,
  log,
}: {
  readonly handler: Handler;
  readonly admin: EdgeHandler;
  readonly log: Log;
}) => {
  const failed = bugAnswer(log);
  const guarded =
    (handle: EdgeHandler) =>
    (req: IncomingMessage, res: ServerResponse): void => {
      Promise.resolve()
        .then(() => handle(req, res))
        .catch((error: unknown) => failed(error, req, res));
    };
  return {
    handler: guarded((req, res) => {
      const refusal = protocolRefusal(req, defaultEdgeLimits.maxHeaders);
      if (refusal === undefined) return handler.handle(req, res);
      const requestId = requestIdOf(req.headers['x-openstack-request-id']);
      return respondFault(res, gatewayFault(refusal.fault, refusal.message), { requestId });
    }),
    admin: guarded(admin),
  };
};

export interface Listeners {
  readonly url: string;
  readonly adminUrl: string;
  drain(delayMs: number): Promise<void>;
}

/** Opens both ports, the admin one first, so that probes find it. Nothing stays open when one of them fails. */
export const composeListeners = async (
  config: GatewayConfig,
  edge: Edge,
  admin: EdgeHandler,
  outside: AdminOutside,
): Promise<Listeners> => {
  const { log } = outside;
  const adminListener = await openAdmin(config, admin, outside);
  try {
    return {
      url: await openEdge(config, edge),
      adminUrl: adminListener.url,
      async drain(delayMs) {
        const cut = await edge.drain(delayMs, graceMs);
        if (cut > 0) log.warn({ cut }, 'connections were cut because their answers took too long');
        await adminListener.close();
      },
    };
  } catch (error) {
    await adminListener.close();
    throw error;
  }
};

/** Opens the port for clients. @returns its address as it was really bound */
export const openEdge = async ({ listen }: GatewayConfig, edge: Edge): Promise<string> =>
  urlOf(await edge.listen(listen.port, listen.host), listen.tls !== undefined);

interface AdminOutside {
  readonly log: Log;
  readonly adminTls: EdgeTls | undefined;
}

/** Opens the port for operators. */
export const openAdmin = async (
  { admin: { host, port } }: GatewayConfig,
  handler: EdgeHandler,
  { log, adminTls }: AdminOutside,
): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const edge = createEdge({
    tls: adminTls,
    app: createApp(handler, (error, _req, res) => {
      log.error({ err: error }, 'the admin listener failed');
      res.destroy();
    }),
  });
  return { url: urlOf(await edge.listen(port, host), adminTls !== undefined), close: () => edge.close() };
};

const urlOf = ({ address, family, port }: AddressInfo, secure: boolean): string =>
  `${secure ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
