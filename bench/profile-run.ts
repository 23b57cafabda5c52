/** Runs a proxy under the profiler of V8. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type BuiltFrame, sourceFrames } from './built-frames.ts';
import type { Outside } from './outside.ts';
import type { Frame } from './profile-groups.ts';
import { startProxy } from './proxies.ts';
import { type Row, requestOf } from './rows.ts';

interface V8Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: BuiltFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Profile {
  /** Microseconds in a frame itself, of all requests together. */
  readonly self: readonly (readonly [Frame, number])[];
  readonly requests: number;
}

/** @param seconds of load that are profiled, behind four that warm up. */
export const profileOf = async (row: Row, outside: Outside, seconds: number): Promise<Profile> => {
  const file = join(outside.folder, 'profile.json');
  process.env['PROFILE'] = file;
  const nodeArguments = ['--import', join(import.meta.dirname, 'profiler.ts')];
  const proxy = await startProxy(row, { ...outside, nodeArguments });
  const load = { ...requestOf(row, proxy.url), connections: 32 };
  await outside.loader.run({ ...load, seconds: 4 });
  process.kill(proxy.pid, 'SIGUSR2');
  const { requests } = await outside.loader.run({ ...load, seconds });
  process.kill(proxy.pid, 'SIGUSR2');
  while (!existsSync(file)) await setTimeout(50);
  await setTimeout(300);
  await proxy.stop();
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(file, 'utf8')) as V8Profile;
  const sourceOf = sourceFrames();
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, sourceOf(callFrame)]));
  const sums = new Map<Frame, number>();
  samples.forEach((sample, index) => {
    const frame = frames.get(sample);
    if (frame === undefined || frame.functionName === '(idle)') return;
    // Starting and ending the profile is no work of a request.
    if (frame.url === 'node:inspector') return;
    sums.set(frame, (sums.get(frame) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return { self: [...sums], requests };
};
