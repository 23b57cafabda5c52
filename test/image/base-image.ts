import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ImageStore } from './image-store.ts';

const run = promisify(execFile);

/** What `node:VERSION-slim` has and the Dockerfile uses, without a registry of images: Debian, Node.js, npm, the user. */
export const baseImage = 'localhost/node-on-debian';

/**
 * Makes the base in the store: Debian by debootstrap, the Node.js that runs this, and the npm that called it.
 *
 * @param npm `npm-cli.js` of an npm.
 */
export const makeBaseImage = async (store: ImageStore, npm: string): Promise<void> => {
  const container = await store.buildah('from', 'scratch');
  const folder = await store.buildah('mount', container);
  await run('debootstrap', ['--variant=minbase', '--include=libatomic1', 'bookworm', folder], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const local = join(folder, 'usr/local');
  cpSync(process.execPath, join(local, 'bin/node'), { dereference: true });
  cpSync(dirname(dirname(npm)), join(local, 'lib/node_modules/npm'), { recursive: true, dereference: true });
  const inside = (...command: readonly string[]) => run('chroot', [folder, ...command]);
  await inside('ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm');
  await inside('ln', '-s', '../lib/node_modules/npm/bin/npx-cli.js', '/usr/local/bin/npx');
  await inside('useradd', '--uid', '1000', '--create-home', 'node');
  // Where npm reaches its registry through an authority of the house, it does so inside too.
  const authority = process.env['NODE_EXTRA_CA_CERTS'];
  if (authority !== undefined) {
    cpSync(authority, join(folder, 'etc/extra-authorities.pem'), { dereference: true });
    const known = 'NODE_EXTRA_CA_CERTS=/etc/extra-authorities.pem';
    await store.buildah('config', '--env', known, container);
  }
  await store.buildah(
    'config',
    '--env',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    container,
  );
  await store.buildah('commit', '--rm', '--quiet', container, baseImage);
};
