/** Whatever the readers of files can say has an example in `docs/errors.md`, or a reason why it has none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdownFile } from '../support/markdown.ts';
import { sourceFiles } from '../support/source-files.ts';

/** Where sentences about files and commands are made. Schemas hold descriptions, worlds the answers of a cloud. */
const makers = ['src/files', 'src/config', 'src/policy', 'src/cases', 'src/cli']
  .flatMap(sourceFiles)
  .filter(({ path }) => !/schema\.ts$|static-tokens\.ts$|values\.ts$|world-ports\.ts$/.test(path))
  .concat(sourceFiles('src/pipeline').filter(({ path }) => path.endsWith('/compile.ts')));

/** Sentences without an example, by the reason why. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  'It is of the file or the disk, not of what was written: the page tells these in one paragraph.': [
    'The file may not be read by this process; check its mode.',
    'This process may not write there; check the mode of the folder, and that it is not read-only.',
    'The files of this folder changed while they were read; try again when they are complete.',
  ],
  'An example of it would be longer than what it explains, or needs two files.': [
    '… must have at least … entries.',
    '… must have at most … entries.',
  ],
  'Another sentence is told in its place, unless a library changes.': [
    'The JSON text ends too early.',
    '… must be a finite number.',
    '… does not meet "…".',
    'This is not valid YAML.',
    'This name is given twice.',
    'An alias (*name) cannot have a tag or an anchor.',
    'This tag does not fit the kind of value that follows.',
    'A tag or anchor stands in the wrong place.',
    'Inside [ ] and { } the lines must be indented further than their parent.',
    'There is no stage "…".',
  ],
  'It tells how something is, or went: nothing is wrong.': [
    'A policy gateway in front of an OpenStack or Rackspace style images API.',
    'Current revision: …, from ….',
    'The policy folder holds revision ….',
    'No candidate is staged.',
    'Candidate: …, staged from … at ….',
    'It is for …… % of all projects.',
    'Shared anew.',
    'Promoted. Now put the same files into the policy folder.',
    'Taken back.',
    'Nobody is near a limit.',
    'Nothing was counted for it.',
    'Forgotten: … ….',
    'Nothing to update.',
  ],
  'It depends on the machine, on a terminal or on what somebody else does meanwhile.': [
    'Another program listens on … already. Stop it, or ….',
    'This user may not listen on …. Take a port above 1023, or ….',
    'This machine has no address …. Change it, or ….',
    'A port is a number from 0 to 65535.',
    '… answered ….',
    'There is no token on standard input. Send one: openstack token issue -f value -c id | images-gateway explain ... .',
    'Nothing is written without a yes: look at the lines above, and say --yes.',
    'Nothing is written.',
    '…: The file was changed while you looked. It is not written; try again.',
    '…:…:…: Nothing is written: "…" could not be judged. Mend it, or the policy, first.',
  ],
  'It is a warning, or a failure of the gateway: nothing is refused for what was written.': [
    'Case "…" cannot be judged: ….',
  ],
};
const rare: ReadonlySet<string> = new Set(Object.values(reasons).flat());

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');

/** Texts of a file that are a sentence, or the end of one, with … where a value stands. */
const sentences = (text: string): readonly string[] =>
  [...withoutComments(text).matchAll(/`((?:[^`\\]|\\.)*)`|'((?:[^'\\\n]|\\.)*)'/g)]
    .map(([, template, plain]) => template ?? plain ?? '')
    .filter((found) => / .*[.?]$/.test(found) && !found.includes('\n'))
    .map((found) => found.replaceAll(/\$\{[^}]*\}/g, '…'));

/** What of it is always printed, with anything where values stand. */
const pattern = (sentence: string): RegExp => {
  const parts = sentence.replaceAll('\\\\', '\\').split('…');
  return new RegExp(parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^`]*'));
};

const page = markdownFile('docs/errors.md');
const all = [...new Set(makers.flatMap(({ text }) => sentences(text)))];
const hasExample = (sentence: string): boolean => pattern(sentence).test(page);

test('the sentences about files are found in the sources', () => {
  assert.ok(all.length > 100, String(all.length));
});

for (const sentence of all)
  test(`has an example in docs/errors.md, or a reason why not: ${sentence}`, () => {
    const isRare = rare.has(sentence);
    assert.ok(hasExample(sentence) !== isRare, isRare ? 'It has both.' : 'It has neither.');
  });

test('no reason is left of a sentence that is gone', () => {
  assert.deepEqual(
    [...rare].filter((sentence) => !all.includes(sentence)),
    [],
  );
});
