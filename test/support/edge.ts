import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { createForwarder, type Forwarder, type UpstreamOptions } from '../../src/adapters/upstream.ts';
import type { ForwardOutcome, Upgrade } from '../../src/core/forward.ts';
import type { GatewayFault } from '../../src/core/gateway-faults.ts';
import { createApp, type EdgeHandler } from '../../src/http/app.ts';
import { respondFault } from '../../src/http/respond.ts';
import { createEdge, type Edge, type EdgeLimits } from '../../src/http/server.ts';
import { bodyFraming, readBody } from '../../src/pipeline/body.ts';
import { canonicalTarget } from '../../src/pipeline/canonical-path.ts';
import { gatewayFault } from '../../src/pipeline/refusal.ts';
import { cleanRequestHeaders } from '../../src/pipeline/request-headers.ts';
import { recordingLog, recordingMeters } from './recording.ts';

export interface StartedEdge {
  readonly port: number;
  readonly edge: Edge;
  readonly forwarder: Forwarder;
  /** How the forwarding of each request ended, in the order of the ends. */
  readonly outcomes: readonly ForwardOutcome[];
  /** Refusals before the handler. */
  readonly refused: readonly GatewayFault[];
}

export interface EdgeSetup extends Partial<Omit<UpstreamOptions, 'url'>> {
  /** Of the upstream. */
  readonly url: UpstreamOptions['url'];
  readonly limits?: Partial<EdgeLimits>;
  /** Read every body, as a judged route does; otherwise POST, PUT and PATCH are streamed. */
  readonly read?: boolean;
  readonly upgrade?: boolean;
  readonly maxBytes?: number;
  readonly responseHeaders?: Readonly<Record<string, string>>;
}

/** The edge and the forwarding with no policy between them. */
export const startEdge = async (t: TestContext, setup: EdgeSetup): Promise<StartedEdge> => {
  const forwarder = createForwarder({
    upstreams: { origin: { timeoutMs: 5000, connections: 8, ...setup } },
    meters: recordingMeters(),
    log: recordingLog(),
    clock: { now: () => Date.now() },
  });
  const outcomes: ForwardOutcome[] = [];
  const refused: GatewayFault[] = [];
  const app = createApp(passAll(forwarder, setup, outcomes), (error) => {
    throw error;
  });
  const edge = createEdge({
    app,
    refused: (fault) => refused.push(fault),
    ...(setup.limits === undefined ? {} : { limits: setup.limits }),
  });
  const { port } = await edge.listen(0, '127.0.0.1');
  t.after(async () => {
    await edge.close();
    await forwarder.close();
  });
  return { port, edge, forwarder, outcomes, refused };
};

const passAll =
  (forwarder: Forwarder, setup: EdgeSetup, outcomes: ForwardOutcome[]): EdgeHandler =>
  async (req: IncomingMessage, res: ServerResponse, upgrade?: Upgrade): Promise<void> => {
    const refuse = (fault: GatewayFault, message: string) =>
      respondFault(res, gatewayFault(fault, message), { requestId: 'req-test' });
    const target = canonicalTarget(req.url ?? '');
    if (target.kind === 'refused') return refuse(target.fault, target.message);
    const headers = cleanRequestHeaders(req.rawHeaders, {
      address: req.socket.remoteAddress ?? '',
      encrypted: false,
      httpVersion: req.httpVersion,
      trusted: () => false,
    });
    if (headers.kind === 'refused') return refuse(headers.fault, headers.message);
    if (upgrade !== undefined && !setup.upgrade) return refuse('upgrade-refused', 'no upgrade here');
    const method = req.method ?? '';
    let body: Uint8Array | 'stream' | undefined;
    if (bodyFraming(req).kind !== 'none') {
      if (!setup.read && ['POST', 'PUT', 'PATCH'].includes(method)) body = 'stream';
      else {
        const read = await readBody(req, { maxBytes: setup.maxBytes ?? 100_000 });
        if (read.kind === 'too-large') return refuse('body-too-large', 'too large');
        if (read.kind !== 'complete') return refuse('request-timeout', 'cut');
        body = read.bytes;
      }
    }
    const outcome = await forwarder.forward(req, res, {
      upstream: 'origin',
      method,
      target: target.path + target.query,
      headers: headers.forward,
      body,
      responseHeaders: setup.responseHeaders ?? {},
      upgrade,
    });
    outcomes.push(outcome);
    if (outcome.kind === 'failed') refuse(outcome.fault, outcome.message);
  };
