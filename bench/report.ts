/** The findings of a run as Markdown. */
import { goalsOf } from './goals.ts';
import type { Results } from './results.ts';
import type { Spread } from './statistics.ts';

const range = ({ median, low, high }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const section = (title: string, ...parts: readonly string[]): string =>
  [`### ${title}`, ...parts].join('\n\n');

const goals = (results: Results): string =>
  section(
    'Goals',
    table(
      ['What', 'Goal', 'Measured', 'Reached'],
      goalsOf(results).map(({ what, goal, measured, reached }) => [
        what,
        goal,
        measured ?? 'not in this run',
        measured === undefined ? '' : reached ? 'yes' : '**no**',
      ]),
    ),
  );

const cost = ({ cost, rounds }: Results): string =>
  section(
    'Cost of a request',
    `CPU time of all threads of the proxy, the kernel included; ${rounds} rounds; the median, and in brackets the middle half.`,
    table(
      ['Proxy', 'Does', 'CPU µs a request', 'to bare undici', 'requests/s', 'MiB'],
      cost.map(({ name, does, flaw, cpu, ratio, perSecond, memory }) =>
        flaw === undefined
          ? [name, does, range(cpu, 0), range(ratio, 2), perSecond.toFixed(0), memory.toFixed(0)]
          : [name, does, flaw, '', '', ''],
      ),
    ),
  );

const equality = ({ equality }: Results): string => {
  const rows = [...equality];
  const [, first = []] = rows[0] ?? [];
  return section(
    'Equal policies',
    'What each row with policies was asked before it was measured, and what it said; a row that differs is void.',
    table(
      ['Asked', 'Expected', ...rows.map(([id]) => `\`${id}\``)],
      first.map(({ what, expected }, index) => [
        what,
        /^\d+$/.test(expected) ? expected : 'as said',
        ...rows.map(([, probes]) => {
          const probe = probes[index];
          return probe?.got === probe?.expected ? 'yes' : `**${probe?.got}**`;
        }),
      ]),
    ),
  );
};

const streaming = (found: NonNullable<Results['streaming']>): string =>
  section(
    'Streaming 100 MiB',
    table(
      ['Proxy', 'Way', 'MiB/s', 'to bare http-proxy-3', 'CPU ms', 'MiB above idle, at most'],
      found.map(({ name, way, rate, ratio, cpu, memory }) => [
        name,
        way,
        range(rate, 0),
        range(ratio, 2),
        range(cpu, 0),
        memory.toFixed(0),
      ]),
    ),
  );

const latency = (found: NonNullable<Results['latency']>): string =>
  section(
    'Added latency at half load',
    `${found[0]?.rate.toFixed(0)} requests a second, which is half of what one core takes of images-gateway with all policies; sent at a fixed rate whether answers come or not. Beyond a request that goes straight to the service behind:`,
    table(
      ['Proxy', 'p50 ms', 'p99 ms', 'failed'],
      found.map(({ name, p50, p99, errors }) => [name, range(p50, 2), range(p99, 2), String(errors)]),
    ),
  );

const starts = (found: NonNullable<Results['starts']>): string =>
  section(
    'Start',
    table(
      ['Started', 'Start to ready, ms', 'CPU until then, ms', 'Resident a second later, MiB'],
      found.map(({ how, wall, cpu, memory }) => [how, range(wall, 0), range(cpu, 0), range(memory, 0)]),
    ),
  );

const profile = (found: NonNullable<Results['profile']>): string => {
  const sum = found.reduce((total, [, micros]) => total + micros, 0);
  return section(
    'Where the time of a request goes',
    "Samples of V8's profiler on the main thread, idle time left out; the profiler itself makes everything slower, so the shares count.",
    table(
      ['Part', 'Share', 'µs'],
      found
        .filter(([, micros]) => micros / sum > 0.005)
        .map(([part, micros]) => [part, `${((100 * micros) / sum).toFixed(0)} %`, micros.toFixed(1)]),
    ),
  );
};

/** Everything that was measured, the goals last: they are what a person looks for at the end of a screen. */
export const markdown = (results: Results): string =>
  [
    `${results.machine}; ${results.versions}.`,
    cost(results),
    ...(results.equality.size === 0 ? [] : [equality(results)]),
    ...(results.streaming === undefined ? [] : [streaming(results.streaming)]),
    ...(results.latency === undefined ? [] : [latency(results.latency)]),
    ...(results.starts === undefined ? [] : [starts(results.starts)]),
    ...(results.profile === undefined ? [] : [profile(results.profile)]),
    goals(results),
  ].join('\n\n');
