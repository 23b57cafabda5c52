import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../../src/config/load.ts';
import { printProblem } from '../../../src/files/problem.ts';
import { environment, theSecret, validConfig, writeConfig } from '../../support/config-file.ts';
import { isInside, mutationsOf } from '../../support/mutations.ts';

test('a configuration with random slips loads, or every problem has a place inside the file and no secret', async (t) => {
  const file = await writeConfig(t, validConfig);
  await fc.assert(
    fc.asyncProperty(mutationsOf(validConfig), async (text) => {
      await writeFile(file, text);
      const result = await loadConfig(file, environment);
      if (result.ok) {
        assert.ok(!JSON.stringify(result.config).includes(theSecret));
        return;
      }
      assert.ok(result.problems.length > 0);
      for (const problem of result.problems) {
        const said = printProblem(problem);
        assert.equal(problem.place.file, file, said);
        assert.ok(isInside(text, problem.place), said);
        assert.match(problem.message, /^[^\n]+[.?]$/);
        assert.ok(!said.includes(theSecret), said);
      }
    }),
    { numRuns: 400 },
  );
});

/** Places of the file where a person may write a secret by mistake. */
const misplaced = [
  validConfig.replace('file:secrets/pw', theSecret),
  validConfig.replace('password: file:secrets/pw', theSecret),
  validConfig.replace('password: file:secrets/pw', `password ${theSecret}`),
  validConfig.replace('password: file:secrets/pw', `password:${theSecret}`),
  validConfig.replace('password: file:secrets/pw', `password: "${theSecret}`),
  validConfig.replace('password: file:secrets/pw', `password: [${theSecret}]`),
  validConfig.replace('password: file:secrets/pw', `password: { ${theSecret}: x }`),
  validConfig.replace('password: file:secrets/pw', `password: &${theSecret} x`),
  validConfig.replace('password: file:secrets/pw', `password: *${theSecret}`),
  validConfig.replace('password: file:secrets/pw', `password: !${theSecret} x`),
  validConfig.replace('password: file:secrets/pw', `password: |${theSecret}\n      x`),
  validConfig.replace('env:ADMIN_TOKEN', `env ${theSecret}`),
  validConfig.replace('token: env:ADMIN_TOKEN', theSecret),
  validConfig.replace('env:ADMIN_TOKEN', `${theSecret}: x`),
  validConfig.replace('http://nova:8774', `http://gateway:${theSecret}@nova:8774`),
  validConfig.replace('env:REDIS_URL', `"redis://:${theSecret}@redis"`),
  validConfig.replace('kind: password', `kind: ${theSecret}`),
  validConfig.replace('level: warn', `level: ${theSecret}`),
  validConfig.replace('maxInFlight: 500', `maxInFlight: ${theSecret}`),
];

test('a secret written in the wrong place is refused without being repeated', async (t) => {
  for (const text of misplaced) {
    const file = await writeConfig(t, text);
    const result = await loadConfig(file, environment);
    assert.ok(!result.ok, text);
    const said = result.problems.map(printProblem).join('\n');
    assert.ok(!said.includes(theSecret), said);
  }
});
