/** A folder that looks like a clone, with the command `images-gateway` on the path, for the commands of the docs. */
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from './free-port.ts';
import { writeInto } from './policy-folder.ts';
import { root } from './source-files.ts';

export interface DocSandbox {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * `images-gateway serve` runs until it is stopped, so here it is stopped once it is alive, and ends with its exit code.
 * All other commands are handed on as they are.
 */
const command = (adminPort: number): string => `#!/usr/bin/env bash
gateway() { exec ${process.execPath} ${join(root, 'src/main.ts')} "$@"; }
if [ "$1" != serve ]; then gateway "$@"; fi
gateway "$@" & pid=$!
for attempt in $(seq 200); do
  curl -sf http://127.0.0.1:${adminPort}/livez && break
  kill -0 $pid || break
  sleep 0.05
done
kill -TERM $pid
wait $pid
`;

/** @param files what the reader has written, path to text. */
export const docSandbox = async (
  t: TestContext,
  files: Readonly<Record<string, string>> = {},
): Promise<DocSandbox> => {
  const cwd = await mkdtemp(join(tmpdir(), 'images-gateway-docs-'));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  for (const folder of ['config', 'policies', 'deploy', 'docs/schemas'])
    await cp(join(root, folder), join(cwd, folder), { recursive: true });
  for (const name of ['src', 'node_modules', 'package.json'])
    await symlink(join(root, name), join(cwd, name));
  await writeInto(cwd, files);
  const [port, adminPort] = [await freePort(), await freePort()];
  const file = join(cwd, 'config/gateway.yaml');
  const settings = await readFile(file, 'utf8');
  const own = settings.replace('port: 8080', `port: ${port}`).replace('port: 9901', `port: ${adminPort}`);
  await writeFile(file, `${own}timeouts: { drainMs: 0 }\n`);
  // What a person sees as a moving line would stand among the answers.
  await writeFile(join(cwd, '.curlrc'), 'silent\nshow-error\n');
  const bin = join(cwd, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'images-gateway'), command(adminPort));
  await chmod(join(bin, 'images-gateway'), 0o755);
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH']}`,
    CURL_HOME: cwd,
    IMAGES_GATEWAY_PASSWORD: 'servicepw',
  };
  return { cwd, env };
};
