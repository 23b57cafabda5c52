/**
 * Where the time of a request goes: `node bench/profile.ts [row] [seconds]` runs a proxy under the profiler of V8 and
 * prints self time by group, by file and by function, idle time left out.
 */
import { openOutside } from './outside.ts';
import { groupOf, placeOf } from './profile-groups.ts';
import { profileOf } from './profile-run.ts';
import { rowOf } from './rows.ts';

const outside = await openOutside(true);
try {
  const { self, requests } = await profileOf(
    rowOf(process.argv[2] ?? 'ours'),
    outside,
    Number(process.argv[3] ?? 8),
  );
  for (const [title, key, most] of [
    ['group', groupOf, 30],
    ['file', placeOf, 40],
    [
      'function',
      (frame) => `${frame.functionName || '(anonymous)'} ${placeOf(frame)}:${frame.lineNumber + 1}`,
      90,
    ],
  ] satisfies [string, typeof groupOf, number][]) {
    const sums = new Map<string, number>();
    for (const [frame, micros] of self) sums.set(key(frame), (sums.get(key(frame)) ?? 0) + micros);
    console.log(`\nCPU microseconds a request by ${title} (${requests} requests)`);
    for (const [name, micros] of [...sums].sort(([, a], [, b]) => b - a).slice(0, most))
      console.log((micros / requests).toFixed(2).padStart(8), name);
  }
} finally {
  await outside.close();
}
