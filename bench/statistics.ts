/** Medians and spreads of samples. */
export const median = (samples: readonly number[]): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The middle half of the samples: quartiles, which a single disturbed round does not move. */
export const spreadOf = (samples: readonly number[]): Spread => {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
  return { median: median(samples), low: at(0.25), high: at(0.75) };
};

/** How two rows compare: the ratio within each round, since noise of the machine hits neighbours alike. */
export const ratioOf = (samples: readonly number[], reference: readonly number[]): Spread =>
  spreadOf(samples.map((sample, round) => sample / (reference[round] ?? Number.NaN)));
