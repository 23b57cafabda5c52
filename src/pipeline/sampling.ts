import type { Finished } from './records.ts';

/**
 * How many requests the lines of this one stand for, if lines of passes are sampled: one in `rate` is written.
 * `undefined`: its lines are written in any case, because somebody may look for this very request.
 */
export const sampleRateOf = (finished: Finished, rate: number): number | undefined => {
  if (rate === 1 || finished.ending !== 'forwarded' || finished.status >= 400) return undefined;
  const flags = finished.exchange?.flags;
  return flags === undefined || flags.length === 0 ? rate : undefined;
};

/**
 * Whether a request is among those that are written. Its number is our own decision id, so that no client can keep out
 * of the log by the trace id that it sends, and no rhythm of requests falls in with that of a counter. Both lines of a
 * request, and whoever counts again, come to the same answer.
 */
export const isDrawn = (decisionId: string, rate: number): boolean =>
  Number.parseInt(decisionId.slice(0, 8), 16) % rate === 0;
