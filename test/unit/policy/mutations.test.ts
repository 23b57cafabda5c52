import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { printProblem } from '../../../src/files/problem.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import { isInside, mutationsOf } from '../../support/mutations.ts';
import { smallCatalogue, validPolicy, writeFolder } from '../../support/policy-folder.ts';

test('a policy with random slips loads, or every problem has a place inside the file', async (t) => {
  const folder = await writeFolder(t, { 'schemas/set.json': '{}' });
  const file = join(folder, 'a.yaml');
  await fc.assert(
    fc.asyncProperty(mutationsOf(validPolicy), async (text) => {
      await writeFile(file, text);
      const result = await loadPolicy(folder, smallCatalogue);
      if (result.ok) return;
      assert.ok(result.problems.length > 0);
      for (const problem of result.problems) {
        const said = printProblem(problem);
        assert.equal(problem.place.file, file, said);
        assert.ok(isInside(text, problem.place), said);
        assert.match(problem.message, /^[^\n]+[.?]$/, 'one line, one sentence');
      }
    }),
    { numRuns: 400 },
  );
});

test('a schema file with random slips loads, or its problem has a place inside the file', async (t) => {
  const schema = JSON.stringify({ type: 'object', properties: { a: { enum: ['x', 1, null] } } }, null, 1);
  const folder = await writeFolder(t, { 'a.yaml': 'version: 1\n', 'schemas/s.json': schema });
  await fc.assert(
    fc.asyncProperty(mutationsOf(schema), async (text) => {
      await writeFile(join(folder, 'schemas/s.json'), text);
      const result = await loadPolicy(folder, smallCatalogue);
      for (const problem of result.ok ? [] : result.problems) assert.ok(isInside(text, problem.place));
    }),
    { numRuns: 200 },
  );
});
