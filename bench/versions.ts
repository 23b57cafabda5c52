/** What a run was made on: figures mean nothing without it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(0)} GiB`;

/** To be asked before the run makes a load of its own: what else is going on spoils figures. */
export const machine = (): string =>
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${gibibytes(totalmem())}, Linux ${release()}, load ${(loadavg()[0] ?? 0).toFixed(1)} when the run began`;

/** The first thing like a version that a command says of itself. */
const versionOf = (command: string, ...args: readonly string[]): string | undefined => {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return error === undefined ? /\d+\.\d+\.\d+/.exec(`${stdout}${stderr}`)?.[0] : undefined;
};

const packages = ['undici', 'express', 'http-proxy-3', 'fastify', '@fastify/reply-from', 'autocannon'];

export const versions = (): string => {
  const manifest = (folder: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package.json'), 'utf8'));
  const { dependencies } = manifest('.') as { readonly dependencies: Readonly<Record<string, string>> };
  const others = [
    ['nginx', versionOf('nginx', '-v')],
    ['Redis', versionOf('redis-server', '--version')],
  ].filter(([, version]) => version !== undefined);
  return [
    `images-gateway ${manifest('..').version}`,
    `Node.js ${process.version}`,
    ...packages.map((name) => `${name} ${dependencies[name]}`),
    ...others.map(([name, version]) => `${name} ${version}`),
  ].join(', ');
};
