import type { Log } from './log.ts';
import type { Meters } from './meters.ts';

const nothing = (): void => undefined;
const series = { inc: nothing, set: nothing, observe: nothing };
const family = { at: () => series };

/** Counts nothing: for policies that are compiled to be looked at, not to serve. */
export const noMeters: Meters = {
  counter: () => family,
  gauge: () => family,
  observed: nothing,
  histogram: () => family,
};

/** Writes nothing. */
export const noLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
