/** `npm run soak -- REQUESTS`: a million requests when nothing is said; prints what they left in memory. */
import { soakSettings } from './settings.ts';
import { soak } from './soak.ts';

const requests = Number(process.argv[2] ?? 1_000_000);
const started = performance.now();
const { configFile, end } = await soakSettings();
try {
  const { heap, metrics, statuses, requests: sent } = await soak({ requests, mostMs: 3_600_000, configFile });
  const megabytes = heap.map((bytes) => (bytes / 1e6).toFixed(1));
  process.stdout.write(
    `${sent} requests, answered ${JSON.stringify(statuses)}, in ${Math.round((performance.now() - started) / 1000)} s\n`,
  );
  process.stdout.write(`in use after a collection, at half and at the end: ${megabytes.join(' and ')} MB\n`);
  process.stdout.write(`/metrics: ${metrics.join(' and ')} characters\n`);
} finally {
  await end();
}
