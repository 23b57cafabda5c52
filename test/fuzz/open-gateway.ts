/** A gateway that lets everything pass, in front of one origin: nothing but its own care stands between the two. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startGateway } from '../../src/compose.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

export interface OpenGateway {
  readonly port: number;
  /** Lines at level error since the last call. */
  bugs(): unknown[];
  stop(): Promise<void>;
}

/** @param timeoutMs for the origin's answer */
export const startOpenGateway = async (originUrl: string, timeoutMs = 1500): Promise<OpenGateway> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-fuzz-'));
  await writeFile(
    join(folder, 'open.yaml'),
    'version: 1\nroutes: []\ndefault: { upstream: compute, stages: [] }\n',
  );
  const cloud = await startDemoCloud();
  await cloud.close();
  const demo = demoConfig(cloud, { port: 0, adminPort: 0 });
  const bugs: unknown[] = [];
  const log = createLogger('error', { write: (line) => void bugs.push(JSON.parse(line)) });
  const gateway = await startGateway(
    {
      ...demo,
      upstreams: {
        ...demo.upstreams,
        compute: { url: originUrl, api: '/v2', timeoutMs, connections: 64 },
      },
      policies: { dir: folder, watch: false },
      timeouts: { headersMs: 1000, requestMs: 1000, keepAliveMs: 1000, drainMs: 0 },
    },
    log,
  );
  return {
    port: Number(new URL(gateway.url).port),
    bugs: () => bugs.splice(0),
    stop: async () => {
      await gateway.stop(true);
      await rm(folder, { recursive: true });
    },
  };
};
