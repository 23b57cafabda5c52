import type { SourcePlace } from '../core/policy.ts';

/** Something wrong in a file: where, and one sentence that says what and how to mend it. */
export interface Problem {
  readonly place: SourcePlace;
  readonly message: string;
}

/** The form that editors and terminals make clickable: `file:line:column: sentence`. */
export const printProblem = ({ place, message }: Problem): string =>
  `${place.file}:${place.line}:${place.column}: ${message}`;

/** By file, line and column, in the order in which a person mends them; equal ones once. */
export const sortProblems = (problems: readonly Problem[]): Problem[] => {
  const sorted = problems.toSorted(
    (a, b) =>
      compare(a.place.file, b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column,
  );
  const seen = new Set<string>();
  return sorted.filter((problem) => {
    const text = printProblem(problem);
    return !seen.has(text) && seen.add(text);
  });
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The beginning of a file: where a problem stands that concerns the file as a whole. */
export const startOf = (file: string): SourcePlace => ({ file, line: 1, column: 1 });

/** A word of the file in quotes, on one line and not too long, as it may be shown in a sentence. */
export const quoted = (word: string): string =>
  JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word);

/**
 * A name of a file in quotes, or `This name` where it may be something else: with a colon forgotten, as in
 * `{ password hunter2 }`, YAML takes the secret for a part of a name, and problems are logged.
 */
export const shownName = (name: string): string =>
  name.length <= 40 && /^[A-Za-z]+([-_.][A-Za-z]+)*$/.test(name) ? `"${name}"` : 'This name';
