/** The image as it is run: called by main.ts, in a network of its own, with the name of the store that has the image. */
import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type DemoCloud, startDemoCloud } from '../../src/demo/cloud.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { root as project } from '../support/source-files.ts';
import { until } from '../support/until.ts';
import { type Container, type ContainerOptions, runContainer } from './container.ts';
import { imageStore } from './image-store.ts';

const store = imageStore(process.env['IMAGE_STORE']);
const settings = await store.settings('built');
const root = await store.rootOf('built');
const folder = mkdtempSync(join(tmpdir(), 'images-gateway-container-'));
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

interface Entry {
  readonly path: string;
  readonly bytes: number;
  /** When and how it last changed. */
  readonly state: string;
}

/** Everything below a folder of the root, the folder itself included. */
const entriesIn = (path: string): readonly Entry[] =>
  [path, ...readdirSync(join(root, path), { recursive: true }).map((name) => join(path, String(name)))].map(
    (entry) => {
      const { size, ctimeMs, mtimeMs, mode, uid } = lstatSync(join(root, entry));
      return { path: entry, bytes: size, state: `${entry} ${size} ${ctimeMs} ${mtimeMs} ${mode} ${uid}` };
    },
  );

const bytesIn = (path: string): number => entriesIn(path).reduce((sum, { bytes }) => sum + bytes, 0);

let cloud: DemoCloud;
let redis: TestRedis;
let options: ContainerOptions;
let gateway: Container;
let atStart: readonly Entry[];

const admin = 'http://127.0.0.1:9901';
const status = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
  (await fetch(url, { headers })).status;

/** As a runtime reads it: `CMD`, and the program with what it is given. */
const health = async (): Promise<number | string> => {
  const [kind, ...command] = settings.Healthcheck.Test;
  assert.equal(kind, 'CMD');
  return (await runContainer(command, options)).ended;
};

before(async () => {
  cloud = await startDemoCloud({ ports: { identity: 5000, compute: 8774, image: 9292 } });
  redis = await startRedis();
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost nova glance keystone redis\n');
  // The places of what a runtime mounts, which it makes itself.
  mkdirSync(join(root, 'proc'));
  writeFileSync(join(root, 'etc/hosts'), '');
  options = {
    root,
    settings,
    env: {
      IMAGES_GATEWAY_PASSWORD: cloud.seed.users.gateway.password,
      IMAGES_GATEWAY_ADMIN_TOKEN: 'a-long-random-text',
      REDIS_URL: `redis://redis:${redis.port}`,
    },
    mounts: { '/etc/images-gateway': join(project, 'deploy/gateway'), '/etc/hosts': join(folder, 'hosts') },
  };
  atStart = entriesIn('/');
  gateway = await runContainer(settings.Cmd, options);
  await until(() => gateway.out().includes('9901'), 'the gateway listens').catch((error) => {
    throw new Error(gateway.out(), { cause: error });
  });
});

after(async () => {
  await gateway?.kill();
  await cloud?.close();
  await redis?.close();
  rmSync(folder, { recursive: true });
});

test('it has less than 200 MB', (t) => {
  const whole = bytesIn('/');
  t.diagnostic(`whole ${megabytes(whole)}, /app ${megabytes(bytesIn('/app'))}`);
  t.diagnostic(
    `node_modules ${megabytes(bytesIn('/app/node_modules'))}, dist ${megabytes(bytesIn('/app/dist'))}`,
  );
  t.diagnostic(`Node.js ${megabytes(bytesIn('/usr/local/bin'))}`);
  assert.ok(whole < 200e6, megabytes(whole));
});

test('with the shipped settings it is alive, ready, and forwards what a caller asks', async () => {
  assert.equal(await status(`${admin}/livez`), 200);
  assert.equal(await status(`${admin}/readyz`), 200);
  const mine = { 'x-auth-token': cloud.seed.tokens.demo };
  assert.equal(await status('http://127.0.0.1:8080/v2.1/images', mine), 200);
  assert.equal(await status('http://127.0.0.1:8080/v2.1/images'), 401);
});

test('it runs as the user of the image, without capabilities and without a way to them', () => {
  const lines = readFileSync(`/proc/${gateway.pid}/status`, 'utf8').split('\n');
  const line = (name: string): string[] =>
    lines
      .find((text) => text.startsWith(`${name}:`))
      ?.split(/\s+/)
      .slice(1) ?? [];
  assert.deepEqual(line('Uid'), Array(4).fill(settings.User));
  assert.deepEqual(line('Gid'), Array(4).fill(settings.User));
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.match(line(set).join(), /^0+$/, set);
  assert.deepEqual(line('NoNewPrivs'), ['1']);
  assert.equal(line('NSpid').at(-1), '1', 'and is process 1, which hears the signals itself');
});

test('nothing of it belongs to that user, and there is no shell', () => {
  for (const { path } of atStart) assert.equal(lstatSync(join(root, path)).uid, 0, path);
  assert.deepEqual(
    atStart.map(({ path }) => path).filter((path) => /\/(sh|bash|dash|npm|apt|dpkg|su)$/.test(path)),
    [],
  );
});

test('a write to its root fails, wherever it is tried', async () => {
  const places = ['/', '/app', '/tmp', '/etc/images-gateway'];
  const tries = `for (const place of ${JSON.stringify(places)}) try { fs.writeFileSync(place + '/x', ''); console.log(place); } catch {}`;
  const attempt = await runContainer(['node', '-e', tries], options);
  assert.equal(await attempt.ended, 0, attempt.out());
  assert.equal(attempt.out(), '');
});

test('what V8 compiled when the image was built is taken at a start, for every file', async () => {
  const command = ['node', 'dist/main.js', 'serve', '--config', '/nowhere'];
  const start = await runContainer(command, { ...options, env: { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' } });
  assert.equal(await start.ended, 1);
  const said = [
    ...start.out().matchAll(/V8 code cache for \S+ (\S+) was (accepted|rejected|not initialized)/g),
  ];
  assert.ok(said.length > 100, start.out());
  assert.deepEqual(
    said.filter(([, , what]) => what !== 'accepted').map(([text]) => text),
    [],
  );
});

test('the health check passes while it serves', async () => {
  assert.equal(await health(), 0);
});

test('on the signal of the image it ends with 0, the check fails then, and nothing was written', async () => {
  gateway.signal(settings.StopSignal);
  assert.equal(await gateway.ended, 0, gateway.out());
  assert.equal(await health(), 1);
  assert.deepEqual(
    entriesIn('/').map(({ state }) => state),
    atStart.map(({ state }) => state),
  );
});
