import type { TestContext } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { type RunningGateway, startGateway } from '../../src/compose.ts';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { type DemoCloud, type DemoCloudOptions, startDemoCloud } from '../../src/demo/cloud.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

export interface TestGateway extends RunningGateway {
  readonly cloud: DemoCloud;
  /** Lines of the gateway's log, parsed. */
  readonly lines: readonly Record<string, unknown>[];
}

export interface TestGatewayOptions {
  readonly cloud?: DemoCloudOptions | DemoCloud;
  /** Changes to what the demo's configuration says. */
  readonly config?: Partial<GatewayConfig>;
}

const isCloud = (cloud: DemoCloudOptions | DemoCloud | undefined): cloud is DemoCloud =>
  cloud !== undefined && 'close' in cloud;

/** The whole gateway in front of a demo cloud, on ports of its own, ended with the test. */
export const startTestGateway = async (
  t: TestContext,
  options: TestGatewayOptions = {},
): Promise<TestGateway> => {
  const cloud = isCloud(options.cloud) ? options.cloud : await startDemoCloud(options.cloud);
  if (!isCloud(options.cloud)) t.after(() => cloud.close());
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const config = { ...demoConfig(cloud, { port: 0, adminPort: 0 }), ...options.config };
  const gateway = await startGateway(config, log);
  t.after(() => gateway.stop(true));
  return { ...gateway, cloud, lines };
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or `undefined` for a body that is none. */
  readonly body: unknown;
  /** The message of a fault; the empty string when it is none. */
  readonly message: string;
}

/** One call with a JSON body. */
export const call = async (
  method: string,
  url: string,
  token?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { 'x-auth-token': token }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = parse(text);
  const fault = typeof parsed === 'object' && parsed !== null ? Object.values(parsed)[0] : undefined;
  const message =
    typeof fault === 'object' && fault !== null && 'message' in fault ? String(fault.message) : '';
  return { status: response.status, headers: response.headers, body: parsed, message };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
