import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { command } from '../support/command.ts';
import { writeFolder } from '../support/policy-folder.ts';

const policy = `version: 1
limits:
  - { name: writes, key: project, points: 2, per: minute }
routes:
  - id: flavors
    match: { path: /flavors, methods: [GET] }
    stages: [{ use: authenticate }, { use: rate-limit }]
`;

const cases = (text: string): string => `version: 1\ncases:\n${text}`;
const green =
  '  - { name: flavors are read, request: { path: /flavors }, expect: { verdict: pass, route: flavors } }\n';
const red =
  '  - { name: nobody reads <flavors>, request: { path: /flavors }, expect: { verdict: deny, status: 403 } }\n';

const folderWith = (t: TestContext, text: string): Promise<string> =>
  writeFolder(t, { 'small.yaml': policy, 'small.cases.yaml': text });

describe('images-gateway test', () => {
  test('ends with 0 and a line for each case when all are green', async (t) => {
    const { code, out } = await command(['test', await folderWith(t, cases(green))]);
    assert.equal(code, 0);
    assert.match(out, /^PASS {2}flavors are read \(\d+\.\d ms\)$/m);
    assert.match(out, /^1 cases: 1 passed, 0 failed, 0 errors$/m);
  });

  test('ends with 1 and shows what differs, and where the case stands', async (t) => {
    const folder = await folderWith(t, cases(green + red));
    const { code, out } = await command(['test', folder]);
    assert.equal(code, 1);
    assert.match(out, /^FAIL {2}nobody reads <flavors>/m);
    assert.match(out, /verdict:\n +expected {2}deny\n +but got {3}pass\n/);
    assert.ok(out.includes(`${join(folder, 'small.cases.yaml')}:4\n`), out);
  });

  test('ends with 2 when a file cannot be read, and says what was meant', async (t) => {
    const text = cases('  - { name: a, request: { path: /, metod: GET }, expect: {} }\n');
    const { code, err } = await command(['test', await folderWith(t, text)]);
    assert.match(err, /:3:\d+: "metod" is not known in "request"; did you mean "method"\?/);
    assert.equal(code, 2);
  });

  test('ends with 2 when there is nothing to test', async (t) => {
    const { code, err } = await command(['test', await writeFolder(t, { 'small.yaml': policy })]);
    assert.equal(code, 2);
    assert.match(err, /There are no cases here/);
  });

  test('judges one file when it is named', async (t) => {
    const folder = await writeFolder(t, {
      'small.yaml': policy,
      'small.cases.yaml': cases(green),
      'other.cases.yaml': cases(red),
    });
    assert.equal((await command(['test', join(folder, 'small.cases.yaml')])).code, 0);
    assert.equal((await command(['test', join(folder, 'other.cases.yaml')])).code, 1);
  });

  test('prints JSON, writes JUnit XML, and tells what no case reached', async (t) => {
    const folder = await folderWith(t, cases(green + red));
    const junit = join(folder, 'junit.xml');
    const { out } = await command(['test', folder, '--json', '--coverage', '--junit', junit]);
    const [report] = JSON.parse(out);
    assert.deepEqual(
      report.cases.map(({ name, outcome, line }: Record<string, unknown>) => ({ name, outcome, line })),
      [
        { name: 'flavors are read', outcome: 'pass', line: 3 },
        { name: 'nobody reads <flavors>', outcome: 'fail', line: 4 },
      ],
    );
    assert.ok(report.coverage.faults.missed.includes('rate-limit/over-limit'));
    const xml = await readFile(junit, 'utf8');
    assert.match(xml, /<testsuite name="[^"]+" tests="2" failures="1" errors="0" time="\d+\.\d{4}">/);
    assert.match(xml, /<testcase name="nobody reads &lt;flavors&gt;"/);
    assert.match(xml, /<failure message="verdict: expected deny, but got pass">/);
  });
});

test('a policy with a red case is not valid: serve and validate refuse it with the place of the case', async (t) => {
  const folder = await writeFolder(t, {
    'gateway.yaml':
      'version: 1\nupstreams: { compute: { url: "http://127.0.0.1:1", api: /v2 } }\nidentity: { kind: keystone-v3, url: "http://127.0.0.1:1", credential: { kind: caller } }\n',
    'policies/small.yaml': policy,
    'policies/small.cases.yaml': cases(red),
  });
  for (const verb of ['validate', 'serve']) {
    const { code, err } = await command([verb, '--config', join(folder, 'gateway.yaml')]);
    assert.equal(code, 1);
    assert.match(
      err,
      /small\.cases\.yaml:3:\d+: Case "nobody reads <flavors>" fails: verdict should be deny, but is pass/,
    );
  }
});
