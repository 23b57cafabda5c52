import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What is read of an image that was built, as the Dockerfile set it. */
export interface ImageSettings {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly StopSignal: NodeJS.Signals;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** Images and containers of buildah in a folder of their own: nothing of the machine's own store is seen or changed. */
export interface ImageStore {
  readonly folder: string;
  /** Runs one command of buildah; what it printed, without the last line end. */
  buildah(...args: readonly string[]): Promise<string>;
  settings(image: string): Promise<ImageSettings>;
  /** Makes a container of an image, and says in which folder its root is. */
  rootOf(image: string): Promise<string>;
  remove(): Promise<void>;
}

/** @param folder of a store that there is; otherwise one is made. */
export const imageStore = (folder = mkdtempSync(join(tmpdir(), 'images-gateway-image-'))): ImageStore => {
  // vfs copies instead of mounting layers over each other, which not every machine lets root do.
  const place = [
    '--root',
    join(folder, 'store'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
  ];
  const buildah = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('buildah', [...place, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  };
  return {
    folder,
    buildah,
    settings: async (image) => JSON.parse(await buildah('inspect', '--type', 'image', image)).Docker.config,
    rootOf: async (image) => buildah('mount', await buildah('from', '--pull-never', image)),
    async remove() {
      await buildah('umount', '--all');
      await buildah('rm', '--all');
      rmSync(folder, { recursive: true });
    },
  };
};
