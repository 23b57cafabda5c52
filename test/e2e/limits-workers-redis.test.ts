/** Two workers that count in one Redis: exact together while it is there, a share each while it is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { oneConnection } from '../support/one-connection.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { startRedis } from '../support/redis.ts';
import { serve } from '../support/serve.ts';
import { adminJson } from '../support/two-workers.ts';
import { onBusyMachine, until } from '../support/until.ts';

const { tokens, projects } = seedIds;

/** A limit of its own for each part of the test, so that none begins with what another has used up. */
const parts = { exact: 150, away: 40, again: 30 } as const;
type Part = keyof typeof parts;

const policy = `version: 1
limits:
${Object.entries(parts)
  .map(
    ([name, points]) =>
      `  - { name: ${name}, key: project, points: ${points}, per: hour, routes: [${name}] }`,
  )
  .join('\n')}
routes:
${Object.keys(parts)
  .map(
    (name) =>
      `  - { id: ${name}, match: { path: /${name} }, upstream: compute, stages: [{ use: authenticate }, { use: rate-limit }] }`,
  )
  .join('\n')}
default: { upstream: compute, stages: [{ use: authenticate }] }
`;

test('two workers with one Redis are exact with it and fair without it', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const redis = await startRedis();
  t.after(() => redis.close());
  const gateway = await serve(t, cloud, {
    workers: 2,
    policies: { dir: await writeFolder(t, { 'a.yaml': policy }), watch: false },
    // A call that a busy machine makes late would be judged without Redis; a server that is dead says so at once.
    limits: { store: 'redis', url: `redis://${redis.host}:${redis.port}`, budgetMs: 5000, replicas: 2 },
  });

  /** How many requests over so many connections are let through; the others must be told the limit, and nothing else. */
  const admitted = async (part: Part, connections: number, each: number): Promise<number> => {
    const statuses = await Promise.all(
      Array.from({ length: connections }, async () => {
        const connection = oneConnection(t, gateway.url);
        const seen: number[] = [];
        for (let turn = 0; turn < each; turn += 1)
          seen.push((await connection.call('GET', `/${part}`, tokens.demo)).status);
        return seen;
      }),
    );
    // The demo cloud answers a path that it does not know with the list of its versions.
    const [passed, refused] = [300, 413].map((status) => statuses.flat().filter((seen) => seen === status));
    assert.equal((passed?.length ?? 0) + (refused?.length ?? 0), connections * each, `${statuses}`);
    return passed?.length ?? 0;
  };
  /** Waits until both have said it, and gives the moment of the later one: lines are written some time after. */
  const bothSay = async (message: string): Promise<number> => {
    const lines = () => gateway.lines.filter((line) => line['message'] === message);
    await until(() => lines().length === 2, message);
    return Math.max(...lines().map((line) => Date.parse(String(line['time']))));
  };

  await t.test('over many connections exactly the limit is let through', async () => {
    assert.equal(await admitted('exact', 40, 8), parts.exact);
  });

  await t.test('when Redis is killed, each worker lets its share through', async () => {
    await redis.kill();
    await bothSay('Without Redis, this gateway counts its share of each limit by itself.');
    assert.equal(await admitted('away', 8, 12), parts.away / 2, 'that of one gateway of two');
  });

  await t.test(
    'when Redis is back, both count in it within a second, what they let through included',
    async () => {
      await redis.restart();
      const start = performance.now();
      await bothSay('Limits are counted in Redis again.');
      const back = performance.now() - start;
      assert.ok(back < onBusyMachine(1000), `back after ${back} ms`);
      await until(async () => {
        const { counters } = await adminJson(gateway, `/limits?party=project:${projects.demo}`);
        return counters[1].remaining === parts.away / 2;
      }, 'Redis knows what was let through without it');
      assert.equal(await admitted('again', 20, 4), parts.again);
      assert.equal(await admitted('away', 8, 12), parts.away / 2, 'the other half of it');
    },
  );
});
