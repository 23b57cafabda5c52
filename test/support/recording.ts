import type { Log } from '../../src/core/log.ts';
import type { Family, Labels, Meters } from '../../src/core/meters.ts';

export interface RecordingMeters extends Meters {
  /** The value of one series; 0 when it was never touched. */
  value(name: string, labels?: Labels<string>): number;
}

const seriesKey = (name: string, labels: Labels<string>): string =>
  `${name}${JSON.stringify(Object.entries(labels).sort())}`;

/** Meters that keep plain numbers: the sum of a counter, the last value of a gauge, the count of a histogram. */
export const recordingMeters = (): RecordingMeters => {
  const values = new Map<string, number>();
  const family = <Series>(name: string, series: (key: string) => Series): Family<string, Series> => ({
    at: (labels) => series(seriesKey(name, labels)),
  });
  const add = (key: string, by: number): unknown => values.set(key, (values.get(key) ?? 0) + by);
  return {
    counter: ({ name }) => family(name, (key) => ({ inc: (by = 1) => void add(key, by) })),
    gauge: ({ name }) => family(name, (key) => ({ set: (value: number) => void values.set(key, value) })),
    observed: () => undefined,
    histogram: ({ name }) => family(name, (key) => ({ observe: () => void add(key, 1) })),
    value: (name, labels = {}) => values.get(seriesKey(name, labels)) ?? 0,
  };
};

export interface RecordingLog extends Log {
  readonly lines: readonly { readonly level: string; readonly message: string; readonly fields: object }[];
}

export const recordingLog = (): RecordingLog => {
  const lines: { level: string; message: string; fields: object }[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push({ level, message, fields });
    };
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};
