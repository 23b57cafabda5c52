/** Every spelling that was tried on a real Nova, against the shipped policies. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { inertPorts } from '../../../src/compose/inert-ports.ts';
import { loadSnapshot } from '../../../src/compose/load-snapshot.ts';
import { noMeters } from '../../../src/core/silence.ts';
import { type Admission, admit } from '../../../src/pipeline/admit.ts';
import type { Snapshot } from '../../../src/pipeline/compile.ts';
import { notReached, reached, recordedImage } from '../../support/recorded-paths.ts';

const shipped = join(import.meta.dirname, '../../../policies');
let snapshot: Snapshot;
before(async () => {
  const outside = { ports: inertPorts, meters: noMeters };
  const loaded = await loadSnapshot(shipped, ['compute', 'image'], outside, { cases: false });
  assert.ok(loaded.ok);
  snapshot = loaded.snapshot;
});

const admission = (target: string): Admission =>
  admit(
    snapshot,
    { method: 'POST', target, rawHeaders: ['Host', 'a'] },
    { address: '192.0.2.1', encrypted: false, httpVersion: '1.1', trusted: () => false },
  );

/** What becomes of a spelling: refused, judged as the write that it may be, or the way of everything else. */
const fate = (target: string): string => {
  const found = admission(target);
  if (found.kind === 'refused') return 'refused';
  const { operation, params } = found.found;
  return operation === undefined ? 'elsewhere' : `${operation.name} of ${params['imageId']}`;
};

const judged = `image-metadata-merge of ${recordedImage}`;

test('all 121 that were tried are here, each once, and 43 of them reached the image', () => {
  assert.equal(new Set([...reached, ...notReached]).size, 121);
  assert.equal(reached.length, 43);
});

describe('a path that reaches an image in the real Nova is judged as that write or refused', () => {
  for (const target of reached) test(target, () => assert.ok(['refused', judged].includes(fate(target))));
});

describe('a path that does not reach an image there is judged all the same, or refused: others are less strict', () => {
  for (const target of notReached)
    test(target, () => assert.ok(['refused', judged].includes(fate(target)), fate(target)));
});
