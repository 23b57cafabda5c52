/**
 * What a request costs, this gateway beside others, and whether that is what it should be: `npm run bench`. Writes
 * `bench/results/`. After `--`:
 *
 *     --quick            some minutes instead of fifteen: few rounds, only rows that goals speak of
 *     --rows a,b         only these rows (`undici` is always there); `--rows none`: none
 *     --parts a,b        only these parts: equality, streaming, latency, starts, profile
 *     --rounds 7 --seconds 1 --warm-up 40000
 *     --write            puts the findings into docs/performance.md
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withBlocks } from '../test/support/docs/blocks.ts';
import { chart } from './chart.ts';
import { measureCost } from './cost.ts';
import { type Probe, probe } from './equality.ts';
import { measureLatency } from './latency.ts';
import { openOutside } from './outside.ts';
import { groupOf } from './profile-groups.ts';
import { profileOf } from './profile-run.ts';
import { missingFor } from './proxies.ts';
import { markdown } from './report.ts';
import type { Results } from './results.ts';
import { rowOf, rows } from './rows.ts';
import { measureStarts } from './starts.ts';
import { measureStreaming } from './streaming.ts';
import { machine, versions } from './versions.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rows: { type: 'string' },
    parts: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string', default: '1' },
    'warm-up': { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const { quick } = values;
const rounds = Number(values.rounds ?? (quick ? 2 : 7));
const seconds = Number(values.seconds);
const warmUp = Number(values['warm-up'] ?? (quick ? 15_000 : 40_000));
const parts = ['equality', 'streaming', 'latency', 'starts', 'profile'];
const wantedParts = values.parts?.split(',') ?? parts;
for (const part of wantedParts)
  if (![...parts, 'none'].includes(part))
    throw new Error(`There is no part "${part}". There are: ${parts.join(', ')}.`);
const wants = (part: string): boolean => wantedParts.includes(part);

const quickRows = ['undici', 'fastify', 'express', 'ours', 'reject-401', 'reject-503'];
const named =
  values.rows === 'none' ? [] : (values.rows?.split(',') ?? (quick ? quickRows : rows.map(({ id }) => id)));
const wanted = [...new Set(named.length === 0 ? [] : ['undici', ...named])].map(rowOf);

const told = (progress: string): void => void process.stderr.write(`${progress}\n`);
const place = machine();
const outside = await openOutside(true);
try {
  const equality = new Map<string, readonly Probe[]>();
  const flaws = new Map<string, string>();
  for (const row of ['ours', 'fastify', 'express', 'nginx-lua'].map(rowOf)) {
    if (!wants('equality') || missingFor(row, outside) !== undefined) continue;
    told(`asking ${row.id} for its policies`);
    const probes = await probe(row, outside);
    equality.set(row.id, probes);
    const odd = probes.find(({ expected, got }) => expected !== got);
    if (odd !== undefined) flaws.set(row.id, `void: ${odd.what}: ${odd.got} instead of ${odd.expected}`);
  }
  const cost = await measureCost(wanted, outside, flaws, {
    rounds,
    seconds,
    warmUp,
    told,
  });
  const streaming = await part('streaming', () => measureStreaming(outside, quick ? 2 : rounds));
  const busy = cost.find(({ id, flaw }) => id === 'ours' && flaw === undefined)?.cpu.median ?? 100;
  const latency = await part('latency', () =>
    measureLatency(outside, {
      rate: 500_000 / busy,
      rounds: quick ? 2 : rounds,
      seconds: 2 * seconds,
      warmUp,
    }),
  );
  const starts = await part('starts', () => measureStarts(outside, quick ? 3 : rounds));
  const profile = await part('profile', async () => {
    const { self, requests } = await profileOf(rowOf('ours'), outside, quick ? 3 : 8);
    const sums = new Map<string, number>();
    for (const [frame, micros] of self)
      sums.set(groupOf(frame), (sums.get(groupOf(frame)) ?? 0) + micros / requests);
    return [...sums].sort(([, a], [, b]) => b - a);
  });
  await report({
    machine: place,
    versions: versions(),
    rounds,
    cost,
    equality,
    streaming,
    latency,
    starts,
    profile,
  });
} finally {
  await outside.close();
}

async function part<Found>(name: string, measure: () => Promise<Found>): Promise<Found | undefined> {
  if (!wants(name)) return undefined;
  told(name);
  return measure();
}

async function report(results: Results): Promise<void> {
  const text = markdown(results);
  console.log(text);
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.md'), `${text}\n`);
  await writeFile(join(folder, 'results.json'), JSON.stringify(results, null, 2));
  await writeFile(join(folder, 'results.svg'), chart(results.cost));
  if (!values.write) return;
  const docs = join(import.meta.dirname, '../docs');
  const page = join(docs, 'performance.md');
  await writeFile(page, withBlocks(await readFile(page, 'utf8'), { 'figures of a run': () => text }));
  await writeFile(join(docs, 'performance.svg'), chart(results.cost));
}
