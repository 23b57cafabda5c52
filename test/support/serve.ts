/** `images-gateway serve` as operators run it: a process of its own with a settings file, in front of a demo cloud. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../..');

export interface ServedGateway {
  readonly url: string;
  readonly adminUrl: string;
  readonly process: ChildProcess;
  /** Log lines so far, parsed. */
  readonly lines: readonly Record<string, unknown>[];
  /** Everything written to standard error. */
  complaints(): string;
  /** The exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals | null>;
}

/** Settings for `serve` in front of a demo cloud, as they would stand in the file. */
export const servedConfig = (cloud: DemoCloud): Record<string, unknown> => ({
  version: 1,
  upstreams: {
    compute: { url: cloud.computeUrl, api: '/v2' },
    image: { url: cloud.imageUrl, api: '/v2' },
  },
  lookups: { compute: 'compute', image: 'image' },
  identity: {
    kind: 'keystone-v3',
    url: cloud.identityUrl,
    credential: {
      kind: 'password',
      username: cloud.seed.users.gateway.name,
      password: 'env:GATEWAY_PASSWORD',
      userDomain: 'Default',
      project: 'service',
      projectDomain: 'Default',
    },
  },
  limits: { store: 'memory' },
  policies: { dir: join(root, 'policies') },
});

export interface ServeOptions {
  /** The program: the sources, or what was built of them. */
  readonly main?: string;
  /** For Node.js, before the program. */
  readonly nodeArguments?: readonly string[];
}

/** Starts it on free ports and waits until it is ready; it is ended with the test. */
export const serve = async (
  t: TestContext,
  cloud: DemoCloud,
  changes: Readonly<Record<string, unknown>> = {},
  { main = 'src/main.ts', nodeArguments = [] }: ServeOptions = {},
): Promise<ServedGateway> => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-serve-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  const listen = { host: '127.0.0.1', port };
  const admin = { host: '127.0.0.1', port: adminPort, ...(changes['admin'] as object) };
  // JSON is YAML too.
  await writeFile(file, JSON.stringify({ ...servedConfig(cloud), listen, ...changes, admin }));
  const child = spawn(process.execPath, [...nodeArguments, main, 'serve', '--config', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GATEWAY_PASSWORD: cloud.seed.users.gateway.password },
  });
  const exit = once(child, 'close');
  const ended = async () => {
    await exit;
    return child.exitCode ?? child.signalCode;
  };
  t.after(() => {
    child.kill('SIGKILL');
    return exit;
  });
  const lines: Record<string, unknown>[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${complaints}`);
      return fetch(`${adminUrl}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
    },
    'the gateway is ready',
    60_000,
  );
  const url = `http://127.0.0.1:${port}`;
  return { url, adminUrl, process: child, lines, complaints: () => complaints, ended };
};
