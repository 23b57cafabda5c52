/**
 * A gateway's counting alone, as a process of its own: `limit-process.ts PLACE REQUESTS POINTS` asks for so many
 * requests as one project and prints how many were admitted. Several are started by a test.
 */

import { limitClient } from './limit-client.ts';
import { admitted, chargeOf, limitOf } from './limits.ts';

const [place = '', requests = '', points = ''] = process.argv.slice(2);
const { limits, redis } = limitClient(JSON.parse(place), { whenDown: 'deny', budgetMs: 30_000 });
await redis.started;

const limit = limitOf({ name: 'shared', points: Number(points), per: 'hour' });
let left = Number(requests);
let passed = 0;

const worker = async (): Promise<void> => {
  while (left > 0) {
    left -= 1;
    if (admitted(await limits.consume([chargeOf(limit)]))) passed += 1;
  }
};
await Promise.all(Array.from({ length: 16 }, worker));
process.stdout.write(String(passed));
redis.close();
