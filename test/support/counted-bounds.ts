/** The most that a write may cost under all policies; each bound is below twice of what is counted. */

export interface CountedBound {
  readonly name: 'allocated' | 'promises' | 'calls' | 'written' | 'added';
  readonly most: number;
  /** What is counted, of one request. */
  readonly what: string;
}

export const countedBounds: readonly CountedBound[] = [
  { name: 'allocated', most: 71_000, what: 'bytes that V8 allocates' },
  { name: 'promises', most: 12, what: 'promises' },
  { name: 'calls', most: 4.6, what: 'reads and writes of the kernel' },
  { name: 'written', most: 3650, what: 'bytes written: to the upstream, to the client, to the log' },
  { name: 'added', most: 700, what: 'bytes that the upstream gets beyond what the client sent' },
];

export type Counted = Readonly<Record<CountedBound['name'], number>>;

/** Within the bound, and so near to it that twice as much would not be: a bound that nothing reaches guards nothing. */
export const isWithin = ({ most }: CountedBound, counted: number): boolean =>
  counted <= most && counted * 2 > most;

/** All counts with their bounds, for the person who has to see which one does not hold. */
export const tellOf = (counted: Counted): string =>
  countedBounds
    .map((bound) => {
      const { name, most, what } = bound;
      const verdict = isWithin(bound, counted[name])
        ? ''
        : counted[name] > most
          ? ' TOO MUCH'
          : ' HALF OF IT: lower the bound';
      return `${what}: ${counted[name].toFixed(1)}, at most ${most}${verdict}`;
    })
    .join('\n');
