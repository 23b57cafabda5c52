/**
 * A gateway in a process of its own, whose memory can be looked into: `gateway-process.ts CLOUD POLICIES` prints its
 * address; when its standard input ends, it writes a heap snapshot beside the policies, prints its name and ends.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startGateway } from '../../src/compose.ts';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const [urls = '', dir = ''] = process.argv.slice(2);
const cloud = JSON.parse(urls) as Pick<DemoCloud, 'identityUrl' | 'computeUrl' | 'imageUrl' | 'seed'>;
const config = { ...demoConfig(cloud as DemoCloud, { port: 0, adminPort: 0 }), policies: { dir } };
const gateway = await startGateway(config, createLogger('info', { write: () => undefined }));
process.stdout.write(`${gateway.url}\n`);

process.stdin.resume().on('end', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let n = 0; n < 3; n++) {
    collect();
    await pause(20);
  }
  process.stdout.write(`${writeHeapSnapshot(`${dir}.heapsnapshot`)}\n`);
  await gateway.stop(true);
  process.exit(0);
});
