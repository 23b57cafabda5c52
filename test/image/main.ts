/**
 * `npm run test:image`: builds the Dockerfile with buildah and looks at what runs from it. Only root can, on Linux; on
 * Debian what is missing is installed. Takes some minutes, and leaves nothing behind.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { requireCommands } from '../support/apt.ts';
import { requireRedis } from '../support/redis-install.ts';
import { root } from '../support/source-files.ts';
import { baseImage, makeBaseImage } from './base-image.ts';
import { imageStore } from './image-store.ts';

const npm = process.env['npm_execpath'];
if (process.getuid?.() !== 0 || npm === undefined) {
  process.stderr.write(
    'Run this as root on Linux by `npm run test:image`; other systems than Debian need buildah, debootstrap, ' +
      'redis-server, iproute2 and util-linux installed first.\n',
  );
  process.exit(2);
}
requireCommands(['buildah'], 'buildah');
requireCommands(['debootstrap'], 'debootstrap');
requireCommands(['ip'], 'iproute2');
requireRedis();
// Its kustomize has had components since 1.21.
if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
  process.stderr.write('Install kubectl 1.27 or later first: it renders the manifests.\n');
  process.exit(2);
}

const say = (what: string): boolean => process.stdout.write(`# ${what}\n`);
// Control-C ends what is under way, since the terminal tells that too; what was made is still removed.
process.on('SIGINT', () => undefined);
const store = imageStore();
try {
  say('making a base of Debian and Node.js');
  await makeBaseImage(store, npm);
  say('building the Dockerfile');
  const from = ['--pull-never', '--build-arg', `NODE_IMAGE=${baseImage}`];
  await store.buildah('bud', '--isolation', 'chroot', '--format', 'docker', ...from, '-t', 'built', root);
  // A network of its own: the ports that deploy/ names are free in it, and nothing outside can be reached.
  const script = 'ip link set lo up && exec "$@"';
  const files = ['image.test.ts', 'kubernetes.test.ts'].map((name) => join(import.meta.dirname, name));
  const tests = [process.execPath, '--test', '--test-concurrency=1', ...files];
  const child = spawn('unshare', ['--net', 'sh', '-c', script, 'sh', ...tests], {
    stdio: 'inherit',
    env: { ...process.env, IMAGE_STORE: store.folder },
  });
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await store.remove();
}
