/** Words longer than this are no typing slips of ours, and comparing them would only cost time. */
const longestWord = 64;

/** Upper and lower case, `_` and `-` count as the same letter: `GET` for `get` is the commonest slip of all. */
const fold = (word: string): string => word.toLowerCase().replaceAll('_', '-');

/**
 * Edits (insert, delete, replace, swap two neighbours) that turn one word into another.
 * Optimal string alignment: Damerau-Levenshtein in which no part is edited twice (Boytsov 2011, section 2.2).
 */
export const editDistance = (from: string, to: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      let best = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + cost);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, at(beforeLast, column - 2) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
};

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;

/** The candidate that was probably meant: at most one edit for each three letters away, the first of equals. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  if (word.length > longestWord) return undefined;
  const folded = fold(word);
  let best: string | undefined;
  let least = Math.floor(word.length / 3) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = editDistance(folded, fold(candidate));
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
};

/** The end of a sentence about an unknown name: `; did you mean "authorize"?`, or what there is. */
export const suggestion = (word: string, candidates: readonly string[]): string => {
  const near = nearest(word, candidates);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (candidates.length === 0) return '; there are none.';
  const shown = candidates.slice(0, 12).join(', ');
  return `; known are: ${shown}${candidates.length > 12 ? ', …' : ''}.`;
};
