/** The policies that loaded last serve when the policy folder does not load at a start: only by option, and never in silence. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type DemoCloud, startDemoCloud } from '../../src/demo/cloud.ts';
import { command } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';
import { call } from '../support/gateway.ts';
import { writeInto } from '../support/policy-folder.ts';
import { lettered, rolloutFolder, rolloutSettings, startRollout } from '../support/rollout.ts';
import { until } from '../support/until.ts';

const notLoaded = 'the policy folder does not load; the last good policy serves until it does';
const broken = `${lettered('A')['a.yaml']}nonsense: true\n`;

const world = async (t: TestContext) => {
  const base = await rolloutFolder(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const bundle = join(base, 'state/last-good.bundle');
  return { base, cloud, bundle, policies: join(base, 'policies'), ...starts(t, base, cloud, bundle) };
};

const starts = (t: TestContext, base: string, cloud: DemoCloud, lastGood: string) => {
  const start = (watch = false) => {
    const settings = rolloutSettings(base, watch);
    return startRollout(t, base, {
      cloud,
      config: { ...settings, policies: { ...settings.policies, lastGood } },
    });
  };
  /** One start while the folder is good, so that there is something to fall back to. */
  const once = async () => {
    const { stop, status } = await start();
    const { revision } = await status();
    await stop(true);
    return revision;
  };
  return { start, once };
};

/** The sentences that a start ends with. */
const refused = async (starting: Promise<unknown>): Promise<string> => {
  const problems = await starting.then(
    () => [],
    (error: { readonly problems: readonly { readonly message: string }[] }) => error.problems,
  );
  return problems.map(({ message }) => message).join('\n');
};

/** Which source the metrics name. */
const sourceIn = (text: string): readonly string[] =>
  [...text.matchAll(/^images_gateway_policy_source\{source="([\w-]+)"\} 1$/gm)].map(([, name]) => name ?? '');

test('a folder that does not load at a start leaves the last good policy in force, said everywhere', async (t) => {
  const { policies, start, once } = await world(t);
  const revision = await once();
  await writeInto(policies, { 'a.yaml': broken });
  const gateway = await start();
  assert.equal(await gateway.judge(), 'A');
  assert.equal((await fetch(`${gateway.adminUrl}/readyz`)).status, 200);
  const told = (await call('GET', `${gateway.adminUrl}/policy`)).body as Record<string, unknown>;
  assert.deepEqual([told['source'], told['revision']], ['last-good', revision]);
  const { ok, problems } = told['lastAttempt'] as { ok: boolean; problems: string[] };
  assert.equal(ok, false);
  assert.match(problems.join(), /a\.yaml:\d+:\d+: .*nonsense/);
  const line = gateway.lines.find(({ message }) => message === notLoaded);
  assert.deepEqual([line?.['level'], line?.['revision']], ['error', revision]);
  assert.match(String(line?.['problems']), /nonsense/);
  const metrics = await gateway.metrics();
  assert.deepEqual(sourceIn(metrics), ['last-good']);
  assert.match(metrics, /^images_gateway_policy_last_reload_successful 0$/m);
});

test('a folder that is gone leaves the last good policy in force, too', async (t) => {
  const { policies, start, once } = await world(t);
  await once();
  await rm(policies, { recursive: true });
  const gateway = await start();
  assert.equal(await gateway.judge(), 'A');
  assert.match((await gateway.status()).lastAttempt.problems.join(), /policy folder cannot be read/);
});

test('a folder that is mended takes over, by watch and by reload, and is kept from then on', async (t) => {
  const { policies, start, once } = await world(t);
  await once();
  await writeInto(policies, { 'a.yaml': broken });
  const watching = await start(true);
  await writeInto(policies, lettered('C'));
  await until(async () => (await watching.judge()) === 'C', 'the mended folder serves');
  assert.equal((await watching.status()).source, 'folder');
  assert.deepEqual(sourceIn(await watching.metrics()), ['folder']);
  await watching.stop(true);

  await writeInto(policies, { 'a.yaml': broken });
  const asked = await start();
  assert.deepEqual([await asked.judge(), (await asked.status()).source], ['C', 'last-good']);
  assert.equal((await asked.reload()).ok, false);
  assert.equal((await asked.status()).source, 'last-good');
  await writeInto(policies, lettered('C'));
  assert.ok((await asked.reload()).ok);
  assert.deepEqual([await asked.judge(), (await asked.status()).source], ['C', 'folder']);
  assert.deepEqual(sourceIn(await asked.metrics()), ['folder']);
});

test('a folder that breaks while it serves does not change what is kept', async (t) => {
  const { policies, bundle, start } = await world(t);
  const gateway = await start();
  const kept = await readFile(bundle, 'utf8');
  await writeInto(policies, { 'a.yaml': broken });
  assert.equal((await gateway.reload()).ok, false);
  assert.deepEqual([await gateway.judge(), (await gateway.status()).source], ['A', 'folder']);
  assert.equal(await readFile(bundle, 'utf8'), kept);
});

for (const [name, damage] of [
  ['cut', (text: string) => text.slice(0, -30)],
  ['changed', (text: string) => text.replace('does not take', 'does take')],
  ['empty', () => ''],
] as const) {
  test(`a last good policy that is ${name} is not served; the start fails with both reasons`, async (t) => {
    const { policies, bundle, start, once } = await world(t);
    await once();
    await writeInto(policies, { 'a.yaml': broken });
    await writeFile(bundle, damage(await readFile(bundle, 'utf8')));
    const sentences = await refused(start());
    assert.match(sentences, /nonsense/);
    assert.match(sentences, name === 'changed' ? /checksum of the bundle is wrong/ : /This is no bundle/);
  });
}

test('at the very first start there is no last good policy, and that is said', async (t) => {
  const { policies, start } = await world(t);
  await writeInto(policies, { 'a.yaml': broken });
  assert.match(await refused(start()), /nonsense.*\n.*There is no last good policy yet/);
});

test('a policy file that begins with a byte order mark can be kept and served', async (t) => {
  const { policies, start, once } = await world(t);
  const [mark, text] = ['\uFEFF', lettered('A')['a.yaml']];
  await writeInto(policies, { 'a.yaml': `${mark}${text}` });
  const revision = await once();
  await writeInto(policies, { 'a.yaml': broken });
  const gateway = await start();
  assert.deepEqual([await gateway.judge(), (await gateway.status()).revision], ['A', revision]);
});

test('a gateway that cannot keep its policy serves, and says so', async (t) => {
  const { base, cloud } = await world(t);
  const { start } = starts(t, base, cloud, join(base, 'absent/last-good.bundle'));
  const gateway = await start();
  assert.equal(await gateway.judge(), 'A');
  const line = gateway.lines.find(({ message }) => /The last good policy is not kept/.test(String(message)));
  assert.match(String(line?.['message']), /Its folder does not exist; make it\./);
});

test('without the option a folder that does not load keeps the process from starting, with place and reason', async (t) => {
  const { base, policies } = await world(t);
  await writeInto(policies, { 'a.yaml': broken });
  await writeInto(base, {
    'gateway.yaml': `version: 1
listen: { port: ${await freePort()} }
admin: { port: ${await freePort()} }
upstreams: { compute: { url: "http://127.0.0.1:9", api: /v2 } }
identity: { kind: keystone-v3, url: "http://127.0.0.1:9", credential: { kind: caller } }
policies: { dir: policies }
`,
  });
  const { code, err } = await command(['serve', '--config', join(base, 'gateway.yaml')]);
  assert.equal(code, 1);
  assert.match(err, /policies\/a\.yaml:\d+:\d+: .*nonsense/);
});
