/** Two workers as one gateway: what clients and operators see of them, from the start to SIGTERM under load. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { load, metadata, schema, schemaFile } from '../support/numbered-revisions.ts';
import { type OneConnection, oneConnection } from '../support/one-connection.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { serve } from '../support/serve.ts';
import { adminJson, answered, metric, policy, replaceOne } from '../support/two-workers.ts';
import { until } from '../support/until.ts';

const { servers, tokens } = seedIds;

test('two workers are one gateway', async (t) => {
  const cloud = await startDemoCloud({ resizeMs: 0 });
  t.after(() => cloud.close());
  const dir = await writeFolder(t, { 'a.yaml': policy, [schemaFile]: schema(0) });
  const gateway = await serve(t, cloud, {
    workers: 2,
    policies: { dir, watch: false },
    lookups: { compute: 'compute', image: 'image', cacheMs: 0 },
    timeouts: { drainMs: 1500 },
    admin: { writes: true },
    log: { access: true, decisions: false },
  });
  // Connections are handed out in turn.
  const pair = (): readonly [OneConnection, OneConnection] => [
    oneConnection(t, gateway.url),
    oneConnection(t, gateway.url),
  ];
  const [one, two] = pair();
  const write = (through: OneConnection, key: string, value: string) =>
    through.call('POST', metadata, tokens.demo, { metadata: { [key]: value } });

  await t.test(
    'a limit lets through as many requests as it has points, whichever worker they reach',
    async () => {
      const before = await answered(gateway);
      const statuses: number[] = [];
      for (let n = 0; n < 20; n += 1) {
        const answers = await Promise.all([one, two].map((way) => way.call('GET', '/few', tokens.demo)));
        statuses.push(...answers.map(({ status }) => status));
      }
      assert.equal(statuses.filter((status) => status === 413).length, 15);
      assert.equal(await answered(gateway), before + 40);
      const { counters } = await adminJson(gateway, `/limits?party=user:${cloud.seed.users.demo.id}`);
      assert.equal(counters[0].remaining, 0);
      const { pressure } = await adminJson(gateway, '/limits');
      assert.deepEqual(
        pressure.map(({ limit, used, refused }: Record<string, unknown>) => ({ limit, used, refused })),
        [{ limit: 'few', used: 25, refused: 15 }],
      );
    },
  );

  await t.test('a reset gives the allowance back at both', async () => {
    const reset = await adminJson(gateway, `/limits/reset?party=user:${cloud.seed.users.demo.id}`, 'POST');
    assert.equal(reset.forgotten, 1);
    for (const way of [one, two]) assert.notEqual((await way.call('GET', '/few', tokens.demo)).status, 413);
  });

  await t.test('a resize that went through one worker keeps the key as it is at the other one', async () => {
    const action = (through: OneConnection, body: object) =>
      through.call('POST', `/v2/servers/${servers.web}/action`, tokens.demo, body);
    for (const [first, second, flavorRef] of [
      [one, two, '2'],
      [two, one, '1'],
    ] as const) {
      const [written, resized] = await Promise.all([
        write(second, 'auto_disk_config', 'FALSE'),
        action(first, { resize: { flavorRef } }),
      ]);
      assert.equal(resized.status, 202);
      assert.ok([200, 409].includes(written.status), written.text);
      const another = written.status === 200 ? 'TRUE' : 'FALSE';
      for (const way of [second, first])
        assert.equal((await write(way, 'auto_disk_config', another)).status, 409);
      assert.equal((await action(second, { confirmResize: null })).status, 204);
      await until(
        async () => (await write(first, 'auto_disk_config', 'TRUE')).status === 200,
        'the resize is over at the worker that did not end it',
      );
    }
  });

  await t.test('recent decisions and refusals of both stand in one list, the newest first', async () => {
    const { decisions } = await adminJson(gateway, '/decisions?most=30');
    assert.equal(decisions.length, 30);
    const times = decisions.map(({ time }: { time: string }) => time);
    assert.deepEqual(times, times.toSorted().reverse());
    const { refusals, points, inFlight } = await adminJson(gateway, '/status.json');
    assert.ok(refusals.length >= 15);
    assert.equal(inFlight.limit, 2000);
    const requests = points.reduce((sum: number, { requests: n }: { requests: number }) => sum + n, 0);
    assert.equal(requests, await answered(gateway));
  });

  await t.test('a revoked token is void at both', async () => {
    const { admin: other } = tokens;
    for (const way of [one, two]) assert.equal((await way.call('GET', '/v2/images', other)).status, 200);
    const { dropped } = await adminJson(gateway, `/tokens/revoke?user=${cloud.seed.users.admin.id}`, 'POST');
    assert.equal(dropped, 2);
    for (const way of [one, two]) assert.equal((await way.call('GET', '/v2/images', other)).status, 401);
  });

  await t.test(
    'reloads under load: one revision an answer, and a bad one changes nothing anywhere',
    async () => {
      const clients = load(t, gateway.url, 8);
      const ways = pair();
      for (let n = 1; n <= 10; n += 1) {
        await writeFile(join(dir, schemaFile), schema(n));
        const { revision, problems } = await adminJson(gateway, '/reload', 'POST');
        assert.deepEqual(problems, []);
        for (const way of ways)
          assert.match((await write(way, 'no', 'a')).text, new RegExp(`V${n} .*${revision}`));
      }
      await writeFile(join(dir, 'a.yaml'), `${policy}nonsense: true\n`);
      const { revision, problems } = await adminJson(gateway, '/reload', 'POST');
      assert.equal(problems.length, 1);
      for (const way of ways)
        assert.match((await write(way, 'no', 'a')).text, new RegExp(`V10 .*${revision}`));
      assert.equal((await adminJson(gateway, '/policy')).lastAttempt.ok, false);
      await writeFile(join(dir, 'a.yaml'), policy);
      await clients.end();
      assert.ok(clients.answers > 20);
      assert.deepEqual([clients.odd, clients.lost], [[], []]);
      for (const values of clients.numbers.values()) assert.equal(values.size, 1, [...values].join());
    },
  );

  await t.test(
    'a worker that is killed under load loses what it had under way, no counter goes back',
    async () => {
      const clients = load(t, gateway.url, 8);
      await until(() => clients.answers > 100, 'the load is on');
      const before = await answered(gateway);
      const replaced = replaceOne(gateway, 'SIGKILL');
      for (let look = 0; look < 5; look += 1) assert.ok((await answered(gateway)) >= before);
      await replaced;
      assert.equal(await metric(gateway, 'images_gateway_workers'), 2);
      assert.equal(await metric(gateway, 'images_gateway_worker_restarts_total'), 1);
      const now = clients.answers;
      await until(() => clients.answers > now + 100, 'the load goes on');
      await clients.end();
      // A client has one request under way; a connection that was closed between two is noticed with the next one.
      assert.ok(clients.lost.length <= 8, clients.lost.join());
    },
  );

  await t.test('a worker that hangs is replaced', async () => {
    await replaceOne(gateway, 'SIGSTOP');
    assert.ok(gateway.lines.some(({ message }) => message === 'a worker does not answer; it is ended'));
  });

  await t.test(
    'workers that start later know what was revoked, and serve the revision of the others',
    async () => {
      const { revision } = await adminJson(gateway, '/policy');
      for (const way of pair()) {
        assert.equal((await way.call('GET', '/v2/images', tokens.admin)).status, 401);
        assert.match((await write(way, 'no', 'a')).text, new RegExp(`V10 .*${revision}`));
      }
    },
  );

  await t.test('SIGTERM under load loses no request, and every answer has its line', async () => {
    const clients = load(t, gateway.url, 8);
    await until(() => clients.answers > 100, 'the load is on');
    gateway.process.kill('SIGTERM');
    await until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 503, 'it says not ready');
    await clients.end();
    assert.equal(await gateway.ended(), 0);
    assert.deepEqual([clients.odd, clients.lost], [[], []]);
    assert.equal(gateway.complaints(), '');
    const access = gateway.lines.filter(
      (line) => line['kind'] === 'access' && line['http.response.status_code'] === 400,
    );
    assert.ok(access.length >= clients.answers, `${access.length} lines for ${clients.answers} answers`);
  });
});
