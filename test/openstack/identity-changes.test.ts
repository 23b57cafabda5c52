/** What becomes of tokens when users, projects and roles change in a real Keystone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs, eventually, newImage } from './support/cloud.ts';
import { startLabGateway } from './support/gateway.ts';
import { lab, labScript } from './support/lab.ts';
import { newPerson, newProject } from './support/people.ts';
import { signIn, tokenOf, users } from './support/users.ts';

const read = (url: string, token: string) => callAs(url, 'GET', '/v2.1/images', { token });
const brief = { cacheSeconds: 2, negativeSeconds: 1 } as const;

test('the token of a project that was disabled is refused once it is no longer remembered, and no new one is given', async () => {
  await using gateway = await startLabGateway(brief);
  await using project = await newProject();
  await using person = await newPerson(project);
  const token = await signIn(person);
  assert.equal((await read(gateway.url, token)).status, 200);
  await project.disable();
  const late = await eventually(
    'the refusal',
    () => read(gateway.url, token),
    ({ status }) => status !== 200,
    15,
  );
  assert.equal(late.status, 401, late.text);
  await assert.rejects(signIn(person), /401/);
});

test('a role that was taken away counts until the token is no longer remembered, and not a moment longer', async () => {
  const cacheSeconds = 3;
  await using gateway = await startLabGateway({ ...brief, cacheSeconds });
  await using image = await newImage();
  await using person = await newPerson();
  await person.grant('reader');
  const token = await signIn(person);
  const write = () =>
    callAs(gateway.url, 'POST', `/v2.1/images/${image.id}/metadata`, {
      token,
      body: { metadata: { a: '1' } },
    });
  assert.equal((await write()).status, 200);
  const seen = performance.now();
  await person.take('member');
  const late = await eventually('the refusal', write, ({ status }) => status !== 200, 15);
  const seconds = (performance.now() - seen) / 1000;
  // Keystone revokes the tokens of an assignment that ends; a new one has the role that is left.
  assert.ok([401, 403].includes(late.status), `${late.status} ${late.text}`);
  assert.ok(seconds < cacheSeconds * 1.1 + 10, `after ${seconds} s`);
  const anew = await callAs(gateway.url, 'POST', `/v2.1/images/${image.id}/metadata`, {
    token: await signIn(person),
    body: { metadata: { a: '2' } },
  });
  assert.equal(anew.status, 403, anew.text);
  assert.match(anew.json.forbidden.message, /needs one of the roles member, admin/);
});

test('the gateway works the same with the catalogue of each token and without it', async () => {
  for (const catalog of [true, false]) {
    await using gateway = await startLabGateway({ catalog });
    const answer = await read(gateway.url, await tokenOf('demo'));
    assert.equal(answer.status, 200, `catalog: ${catalog}: ${answer.text}`);
    assert.equal((await read(gateway.url, 'nonsense')).status, 401);
  }
});

test('while Keystone restarts under load nobody known is refused, nobody gets a 500, and strangers get in afterwards', async () => {
  // Just begun, a busy machine's Keystone needs seconds for a sign-in and as many for the look-up after it.
  await using gateway = await startLabGateway({
    keystone: lab().keystoneBrief,
    keystoneTimeoutMs: 15_000,
    cacheSeconds: 300,
  });
  const known = await tokenOf('demo');
  assert.equal((await read(gateway.url, known)).status, 200);
  const unknown = await signIn(users.member2);
  const answers: string[] = [];
  let over = false;
  const client = async (who: string, token: string) => {
    while (!over) {
      const { status, headers } = await read(gateway.url, token);
      answers.push(`${who} ${status}${status === 503 ? ` after ${headers['retry-after']}` : ''}`);
    }
  };
  const load = [client('known', known), client('unknown', unknown)];
  try {
    await labScript('restart', 'keystone-brief');
    await eventually(
      'Keystone answering by itself',
      () =>
        signIn(users.member2, lab().keystoneBrief).then(
          () => true,
          () => false,
        ),
      Boolean,
      120,
    );
    // A service that failed again and again is left alone for half a minute at most.
    await eventually(
      'the unknown caller being let in',
      () => read(gateway.url, unknown),
      ({ status }) => status === 200,
      45,
    );
  } finally {
    over = true;
    await Promise.all(load);
  }
  const kinds = new Set(answers);
  assert.deepEqual(
    [...kinds].filter((kind) => !/^known 200$|^unknown (200|503 after [1-9]\d*)$/.test(kind)),
    [],
    `of ${answers.length} answers`,
  );
});
