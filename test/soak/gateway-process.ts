/**
 * A gateway in a process of its own whose heap can be asked for: `gateway-process.ts CONFIG` prints its addresses, and
 * the bytes in use after a collection for each line on its standard input.
 */
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startGateway } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const loaded = await loadConfig(process.argv[2] ?? '', {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const gateway = await startGateway(loaded.config, createLogger('info', { write: () => undefined }));
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.stdout.write(`${JSON.stringify({ url: gateway.url, adminUrl: gateway.adminUrl })}\n`);

createInterface({ input: process.stdin })
  .on('line', async () => {
    for (let n = 0; n < 4; n++) {
      collect();
      await pause(50);
    }
    const { heapUsed, external } = process.memoryUsage();
    process.stdout.write(`${heapUsed + external}\n`);
  })
  .on('close', () => process.exit(0));
