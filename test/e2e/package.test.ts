/** The package as it is published: what is in the tarball, and that it runs. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
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

test('the command of the tarball starts the demo, and answers', async () => {
  const { bin } = JSON.parse(await readFile(join(inside(), 'package.json'), 'utf8'));
  const main = join(inside(), bin['images-gateway']);
  const child = spawn(process.execPath, [main, 'demo', '--port', '0', '--admin-port', '0'], {
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

test('another program imports it by its name, with types', async () => {
  const program = join(inside(), 'program.ts');
  await writeFile(
    program,
    `import { createGateway, type Gateway, GatewayProblems } from 'images-gateway';
const gateway: Promise<Gateway> = createGateway({ config: 'nowhere.yaml', env: {} });
gateway.catch((error: unknown) => console.log(error instanceof GatewayProblems, String(error)));
`,
  );
  const { stdout } = await run(process.execPath, [program]);
  assert.match(stdout, /^true GatewayProblems: nowhere\.yaml/);
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext'];
  const types = ['--types', 'node', '--ignoreConfig'];
  await run(join(root, 'node_modules/.bin/tsc'), [...flags, ...types, program], { cwd: inside() });
});
