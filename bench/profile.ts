/**
 * Where the gateway's time goes: `node bench/profile.ts [row] [seconds]` runs it under the profiler of V8 and prints
 * self time by function and by file, idle time left out.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startLoader } from './load.ts';
import { startProxy } from './proxies.ts';
import { requestOf, rows } from './rows.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const row = rows.find(({ id }) => id === (process.argv[2] ?? 'ours'));
if (row === undefined) throw new Error('there is no such row');
const seconds = Number(process.argv[3] ?? 8);

const folder = await mkdtemp(join(tmpdir(), 'images-gateway-bench-'));
const upstream = spawn(process.execPath, [join(import.meta.dirname, 'upstream.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(upstream.stdout, 'data');
const { small } = JSON.parse(String(line)) as { small: number };
const loader = startLoader();
const file = join(folder, 'profile.json');
process.env['PROFILE'] = file;
try {
  const proxy = await startProxy(row, {
    folder,
    upstream: `http://127.0.0.1:${small}`,
    redis: process.env['REDIS'],
    nodeArguments: ['--import', join(import.meta.dirname, 'profiler.ts')],
  });
  const { path, ...request } = requestOf(row);
  const load = { ...request, url: proxy.url + path, connections: 32 };
  await loader.run({ ...load, seconds: 4 });
  process.kill(proxy.pid, 'SIGUSR2');
  const result = await loader.run({ ...load, seconds });
  process.kill(proxy.pid, 'SIGUSR2');
  while (!existsSync(file)) await setTimeout(50);
  await setTimeout(300);
  await proxy.stop();
  print(JSON.parse(await readFile(file, 'utf8')) as Profile, result.requests);
} finally {
  loader.stop();
  upstream.kill();
  await rm(folder, { recursive: true, force: true });
}

function print({ nodes, samples, timeDeltas }: Profile, requests: number): void {
  const byFunction = new Map<string, number>();
  const byFile = new Map<string, number>();
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const add = (map: Map<string, number>, key: string, micros: number) =>
    map.set(key, (map.get(key) ?? 0) + micros);
  samples.forEach((sample, index) => {
    const frame = frames.get(sample);
    if (frame === undefined || frame.functionName === '(idle)') return;
    const file = frame.url.replace(/^.*\/(dist|node_modules|src)\//, '$1/').replace('node_modules/', '');
    const micros = timeDeltas[index] ?? 0;
    add(byFunction, `${frame.functionName || '(anonymous)'} ${file}:${frame.lineNumber + 1}`, micros);
    add(byFile, file === '' ? frame.functionName : file, micros);
  });
  const total = [...byFile.values()].reduce((sum, micros) => sum + micros, 0);
  console.log(`CPU microseconds a request: ${(total / requests).toFixed(1)}`);
  for (const [title, map, most] of [
    ['file', byFile, 400],
    ['function', byFunction, 90],
  ] as const) {
    console.log(`\nCPU microseconds a request by ${title} (${requests} requests)`);
    const sorted = [...map].sort(([, a], [, b]) => b - a).slice(0, most);
    for (const [key, micros] of sorted) console.log((micros / requests).toFixed(2).padStart(8), key);
  }
}
