/**
 * A gateway in a process of its own that counts its work: `counted-gateway.ts CONFIG` tells its address, then answers
 * each message with what it has done so far.
 */
import { getHeapStatistics, promiseHooks } from 'node:v8';
import { startGateway } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load.ts';
import { printProblem } from '../../src/files/problem.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** What the parent may ask: a count, or first to begin counting promises, which makes everything slower. */
export type Question = 'count' | 'count promises';

export interface ProcessCounts {
  /** Bytes that V8 has handed out for objects, garbage included. */
  readonly allocated: number;
  readonly promises: number;
}

let promises = 0;
let counting = false;
const loaded = await loadConfig(process.argv[2] ?? '', process.env);
if (!loaded.ok) throw new Error(loaded.problems.map(printProblem).join('\n'));
const gateway = await startGateway(loaded.config, createLogger(loaded.config.log.level));
process.on('message', (question: Question) => {
  if (question === 'count promises' && !counting) {
    counting = true;
    promiseHooks.onInit(() => void promises++);
  }
  const { total_allocated_bytes: allocated } = getHeapStatistics();
  process.send?.({ allocated, promises } satisfies ProcessCounts);
});
process.on('disconnect', () => process.exit());
process.send?.(gateway.url);
