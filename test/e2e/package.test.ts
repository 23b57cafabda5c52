/** The package as it is published: what is in the tarball, and that it runs. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { call } from '../support/gateway.ts';
import { serve } from '../support/serve.ts';
import { workerPids } from '../support/two-workers.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let folder = '';
let files: string[] = [];
const inside = () => join(folder, 'package');

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-gateway-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  files = packed.files.map(({ path }: { path: string }) => path);
  await run('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
  // The dependencies, as an installation would put them beside the package.
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});
after(() => rm(folder, { recursive: true }));

test('the tarball has what runs, what is read, and nothing else', () => {
  const needed = [
    'dist/main.js',
    'dist/index.js',
    'dist/index.d.ts',
    'config/gateway.yaml',
    'policies/images.yaml',
    'web/status.html',
    'docs/faults.md',
    'LICENSE',
    'README.md',
  ];
  for (const file of needed) assert.ok(files.includes(file), file);
  const folders = new Set(files.map((file) => file.split('/')[0]));
  for (const unwanted of ['src', 'test', 'bench', 'node_modules'])
    assert.ok(!folders.has(unwanted), unwanted);
  assert.deepEqual(
    files.filter((file) => /\.env$|\.log$|\.key$|\.tgz$/.test(file)),
    [],
  );
});

/** The file that the command of the tarball runs. */
const main = async (): Promise<string> => {
  const { bin } = JSON.parse(await readFile(join(inside(), 'package.json'), 'utf8'));
  return join(inside(), bin['images-gateway']);
};

test('the command of the tarball tells the version of the package', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { stdout } = await run(process.execPath, [await main(), '--version'], { cwd: folder });
  assert.equal(stdout, `${version}\n`);
});

test('the command of the tarball starts the demo, and answers', async () => {
  const child = spawn(process.execPath, [await main(), 'demo', '--port', '0', '--admin-port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  try {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    await until(() => text.includes('Stop with'), 'the demo says that it runs');
    const admin = /Status page: (\S+)/.exec(text)?.[1] ?? '';
    assert.match(await (await fetch(admin)).text(), /<title>images-gateway<\/title>/);
  } finally {
    child.kill('SIGTERM');
  }
  assert.deepEqual(await exit, [0, null]);
});

test('the command of the tarball serves with several workers', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { workers: 2, timeouts: { drainMs: 0 } }, { main: await main() });
  const image = `${gateway.url}/v2/images/${cloud.seed.images.ubuntu}/metadata`;
  const write = { metadata: { label: 'by the package' } };
  assert.equal((await call('POST', image, cloud.seed.tokens.demo, write)).status, 200);
  assert.equal((await call('POST', image, 'a-wrong-token', write)).status, 401);
  const status = await (await fetch(`${gateway.adminUrl}/status.json`)).json();
  assert.equal((status as { readonly inFlight: { readonly now: number } }).inFlight.now, 0);
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.ended(), 0);
  assert.equal(workerPids(gateway).length, 2);
  assert.equal(gateway.complaints(), '');
});

test('another program imports it by its name, with types', async () => {
  const program = join(inside(), 'program.ts');
  await writeFile(
    program,
    `import { createGateway, type Gateway, GatewayProblems } from 'images-gateway';
const gateway: Promise<Gateway> = createGateway({ config: 'nowhere.yaml', env: {} });
gateway.catch((error: unknown) => console.log(error instanceof GatewayProblems, (error as Error).stack));
`,
  );
  const { stdout } = await run(process.execPath, [program]);
  assert.match(stdout, /^true GatewayProblems: nowhere\.yaml/);
  assert.match(stdout, /at createGateway \(.+package\/dist\/index\.js:\d+/);
  const mapped = await run(process.execPath, ['--enable-source-maps', program]);
  assert.match(mapped.stdout, /at createGateway \(.+package\/src\/index\.ts:\d+/);
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext'];
  const types = ['--types', 'node', '--ignoreConfig'];
  await run(join(root, 'node_modules/.bin/tsc'), [...flags, ...types, program], { cwd: inside() });
});
