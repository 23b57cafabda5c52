/** A policy is swapped under load: whole or not at all, and without anyone's noticing but by what it says. */
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';

const policy = `version: 1
routes:
  - id: write
    match: { operations: [image-metadata-merge] }
    upstream: compute
    stages: [{ use: authenticate }, { use: metadata-schema }]
  - id: read
    match: { path: "/images/:imageId/metadata", methods: [GET] }
    upstream: compute
    stages: [{ use: authenticate }]
`;

/** Refuses the key `no` in the name of a letter. */
const schema = (letter: string): string =>
  JSON.stringify({
    type: 'object',
    properties: {
      metadata: {
        type: 'object',
        properties: { no: { not: {}, refusal: `${letter} does not take this key.` } },
        additionalProperties: true,
      },
    },
    additionalProperties: true,
  });

interface Status {
  readonly revision: string;
  readonly lastAttempt: { readonly ok: boolean; readonly problems: readonly string[] };
}

const schemaFile = 'schemas/image-metadata-merge.json';

const start = async (t: TestContext, watch: boolean, more: Record<string, string> = {}) => {
  const dir = await writeFolder(t, { 'a.yaml': policy, [schemaFile]: schema('A'), ...more });
  const gateway = await startTestGateway(t, { config: { policies: { dir, watch } } });
  const { demo } = gateway.cloud.seed.tokens;
  const path = `${gateway.url}/v2/images/${gateway.cloud.seed.images.ubuntu}/metadata`;
  return {
    ...gateway,
    dir,
    write: (key: string) => call('POST', path, demo, { metadata: { [key]: 'a' } }),
    reloadByAdmin: async () => call('POST', `${gateway.adminUrl}/reload`),
    status: async () => (await call('GET', `${gateway.adminUrl}/policy`)).body as Status,
    replace: async (letter: string) => {
      await writeFile(join(dir, 'new'), schema(letter));
      await rename(join(dir, 'new'), join(dir, schemaFile));
    },
  };
};

/** Which revision said what, told from a refusal. */
const toldBy = (body: unknown): { revision: string; letter: string } => {
  const fault = Object.values(body as object)[0] as { message: string; details: string };
  return {
    revision: /policy revision (\w+)/.exec(fault.details)?.[1] ?? '',
    letter: /(\w) does not take/.exec(fault.message)?.[1] ?? '',
  };
};

test('reloads that overlap lose no request under load, and each answer is of exactly one revision', async (t) => {
  const { write, replace, reload } = await start(t, false);
  const letters = new Map<string, Set<string>>();
  let over = false;
  let answers = 0;
  const client = async (): Promise<void> => {
    while (!over) {
      assert.equal((await write('label')).status, 200);
      const refused = await write('no');
      assert.equal(refused.status, 400);
      const { revision, letter } = toldBy(refused.body);
      letters.set(revision, (letters.get(revision) ?? new Set()).add(letter));
      answers += 2;
    }
  };
  const clients = Promise.all(Array.from({ length: 8 }, client));
  for (let count = 0; count < 25; count += 1) {
    await replace(count % 2 === 0 ? 'B' : 'A');
    // Two at once: they must not get in each other's way.
    const [one, other] = await Promise.all([reload(), reload()]);
    assert.ok(one.ok && other.ok);
  }
  over = true;
  await clients;
  assert.equal(letters.size, 2);
  for (const said of letters.values()) assert.equal(said.size, 1);
  assert.ok(answers > 100, `${answers}`);
});

test('a change of the folder is served without being asked for', async (t) => {
  const { write, replace } = await start(t, true);
  assert.equal(toldBy((await write('no')).body).letter, 'A');
  await replace('B');
  while (toldBy((await write('no')).body).letter !== 'B');
});

test('a revision with a red case does not load, the old one serves on, and the admin page says why', async (t) => {
  const cases = `version: 1
cases:
  - name: A refuses the key
    request:
      method: POST
      path: /v2/images/d42f821e-c2d1-4796-9f07-af5ed7912d0e/metadata
      body: { metadata: { "no": a } }
    expect: { verdict: deny, message: A does not take }
`;
  const gateway = await start(t, false, { 'a.cases.yaml': cases });
  const before = await gateway.status();
  await gateway.replace('B');
  const answer = await gateway.reloadByAdmin();
  assert.equal(answer.status, 422);
  assert.equal(toldBy((await gateway.write('no')).body).letter, 'A');
  const after = await gateway.status();
  assert.equal(after.revision, before.revision);
  const { ok, problems } = after.lastAttempt;
  assert.equal(ok, false);
  assert.match(
    problems.join(),
    /a\.cases\.yaml:8:\d+: Case "A refuses the key" fails: message should be A does not take/,
  );
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  assert.match(metrics, /^images_gateway_policy_last_reload_successful 0$/m);
  assert.ok(gateway.lines.some(({ message }) => String(message).startsWith('policy not loaded')));

  await writeFile(join(gateway.dir, 'a.cases.yaml'), cases.replaceAll('A ', 'B '));
  assert.equal((await gateway.reloadByAdmin()).status, 200);
  assert.equal(toldBy((await gateway.write('no')).body).letter, 'B');
});
