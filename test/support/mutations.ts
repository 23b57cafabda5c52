import fc from 'fast-check';

/** What a slip of the hand makes of a text file. */
type Edit = (lines: string[], at: number) => string[];

const words = [
  'stages',
  'routes',
  'use',
  'true',
  '"true"',
  '-1',
  '0',
  'null',
  '[]',
  '{}',
  '*x',
  '&x',
  '!t',
  'env:X',
  '',
  '"',
  ': ',
  '\t',
  'é',
  '\u{1F600}',
  '__proto__',
];

const edits: readonly fc.Arbitrary<Edit>[] = [
  fc.constant<Edit>((lines, at) => lines.toSpliced(at, 1)),
  fc.constant<Edit>((lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')),
  fc.constant<Edit>((lines, at) => lines.with(at, ` ${lines[at]}`)),
  fc.constant<Edit>((lines, at) => lines.slice(0, at)),
  fc.constantFrom(...words).map<Edit>((word) => (lines, at) => lines.toSpliced(at, 0, `  ${word}: 1`)),
  fc.tuple(fc.nat(20), fc.constantFrom(...words)).map<Edit>(([nth, word]) => (lines, at) => {
    let seen = 0;
    return lines.with(
      at,
      (lines[at] ?? '').replaceAll(/[\w-]+/g, (old) => (seen++ === nth ? word : old)),
    );
  }),
  fc.tuple(fc.nat(100), fc.string({ maxLength: 2 })).map<Edit>(([column, text]) => (lines, at) => {
    const line = lines[at] ?? '';
    return lines.with(at, `${line.slice(0, column)}${text}${line.slice(column + 1)}`);
  }),
];

/** Texts that one to three slips have made of a valid one. */
export const mutationsOf = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.tuple(fc.nat(), fc.oneof(...edits)), { minLength: 1, maxLength: 3 }).map((slips) => {
    let lines = text.split('\n');
    for (const [at, edit] of slips)
      lines = edit(lines.length > 0 ? lines : [''], at % Math.max(1, lines.length));
    return lines.join('\n');
  });

/** Does a place lie inside a text? One column behind the end of a line counts: that is where a thing is missing. */
export const isInside = (text: string, { line, column }: { line: number; column: number }): boolean => {
  const lines = text.split('\n');
  return line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1;
};
