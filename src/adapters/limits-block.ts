/**
 * A block: points of one counter that are charged at once in the primary and then spent by one worker without asking.
 * See docs/adr, "Workers spend limits in blocks".
 */

/** Fewer points are not worth the care of a block: they are asked for one by one. */
const fewest = 8;
/** So many are lost at most when a worker dies with a block. */
const most = 1000;
/** All workers together hold at most this part of what was free when they asked. */
const partOut = 1 / 4;

/** Milliseconds before the end of a window after which no block is spent: the timer of a window may be early. */
export const blockMarginMs = 20;

/**
 * How many points a worker is given beyond what it asks for; 0: none, the counter is near its limit.
 * @param free points that nobody has yet
 */
export const blockOf = (free: number, workers: number): number => {
  const points = Math.min(most, Math.floor((free * partOut) / workers));
  return points < fewest ? 0 : points;
};
