/** What is to be reached, and whether it was. */
import type { Results } from './results.ts';

export interface Goal {
  readonly what: string;
  readonly goal: string;
  /** `undefined`: this run did not measure it. */
  readonly measured: string | undefined;
  readonly reached: boolean;
}

type Figure = number | undefined;

/** A figure that may be missing, held against the most or the least that it may be. */
const atMost = (what: string, found: Figure, most: number, text: (value: number) => string): Goal => ({
  what,
  goal: `at most ${text(most)}`,
  measured: found === undefined ? undefined : text(found),
  reached: found !== undefined && found <= most,
});
const atLeast = (what: string, found: Figure, least: number, text: (value: number) => string): Goal => ({
  ...atMost(what, found, least, text),
  goal: `at least ${text(least)}`,
  reached: found !== undefined && found >= least,
});

const times = (value: number): string => `${value.toFixed(2)} x`;
const unit = (name: string, digits: number) => (value: number) => `${value.toFixed(digits)} ${name}`;

/** The part by which a row may cost more than another and still count as flat: twice the spread of a usual run. */
const flat = 1.1;

export const goalsOf = ({ cost, latency, streaming, starts }: Results): readonly Goal[] => {
  const sound = (id: string) => cost.find((each) => each.id === id && each.flaw === undefined);
  /** By ratios to the bare row of the same round, which noise moves less than the times themselves. */
  const ratio = (id: string, to: string): Figure => {
    const [own, other] = [sound(id), sound(to)];
    return own && other && own.ratio.median / other.ratio.median;
  };
  const most = (figures: readonly Figure[]): Figure =>
    figures.includes(undefined) ? undefined : Math.max(...(figures as number[]));
  const [one, two] = [sound('workers-1'), sound('workers-2')];
  const own = streaming?.filter(({ id }) => id === 'ours');
  const rejects = ['reject-401', 'reject-400', 'reject-413', 'reject-503'];
  return [
    atMost('all policies, to bare node:http + undici', ratio('ours', 'undici'), 1.3, times),
    atMost('all policies, to fastify with equal policies', ratio('ours', 'fastify'), 0.5, times),
    atMost(
      'all policies, to express + http-proxy-3 with equal policies',
      ratio('ours', 'express'),
      0.25,
      times,
    ),
    atMost('200 routes, to 1 route (flat)', ratio('routes-200', 'routes-1'), flat, times),
    atMost('100,000 cached tokens, to 1 (flat)', ratio('tokens-100k', 'tokens-1'), flat, times),
    ...rejects.map((id) => atMost(`a refusal, ${id.slice(7)}, to the pass`, ratio(id, 'ours'), 1, times)),
    ...(['upload', 'download'] as const).map((way) =>
      atLeast(
        `${way} of 100 MiB, throughput to bare http-proxy-3`,
        own?.find((each) => each.way === way)?.ratio.median,
        0.9,
        times,
      ),
    ),
    atMost(
      'memory above idle while streaming',
      most(own?.map(({ memory }) => memory) ?? [undefined]),
      64,
      unit('MiB', 0),
    ),
    atMost('p99 added at half load', latency?.find(({ id }) => id === 'ours')?.p99.median, 1, unit('ms', 2)),
    atMost('start to ready', starts?.[0]?.wall.median, 500, unit('ms', 0)),
    atMost('start to ready, as in the image', starts?.[1]?.wall.median, 500, unit('ms', 0)),
    atMost('idle memory', starts?.[0]?.memory.median, 90, unit('MiB', 0)),
    // Two cores give two seconds of CPU a second, to all processes together.
    atLeast(
      'two workers, throughput to one',
      one && two && (2 * one.cpu.median) / two.cpu.median,
      1.8,
      times,
    ),
  ];
};
