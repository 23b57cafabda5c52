import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { tokenCacheDefaults } from '../../src/adapters/token-cache.ts';
import { identityWorlds, type Person, people } from '../support/identity-worlds.ts';
import { asker, handClock, tokensOver } from '../support/tokens.ts';

/** What every identity service must be to the stages, whatever it speaks. */
for (const world of identityWorlds) {
  const behaviour = (sentence: string, run: (t: TestContext) => Promise<void>): void => {
    test(`${world.name}: ${sentence}`, run);
  };

  behaviour('a token tells its user, project and roles, and when it ends', async (t) => {
    const { source, tokenOf } = await world.open(t);
    const { tokens } = tokensOver(source);
    const before = Date.now();
    for (const person of Object.keys(people) as Person[]) {
      const answer = await tokens.validate(await tokenOf(person), asker());
      assert.ok(answer.kind === 'valid', JSON.stringify(answer));
      const { identity } = answer;
      assert.equal(identity.user.name, person);
      assert.equal(identity.project?.name, people[person].project);
      assert.deepEqual([...identity.roles].sort(), people[person].roles);
      assert.ok(identity.user.id.length > 0 && identity.project.id.length > 0);
      assert.ok(identity.expiresAt > before);
      assert.deepEqual(
        [identity.bound, identity.accessRules, identity.systemScope],
        [false, undefined, undefined],
      );
      assert.ok(Object.isFrozen(identity));
    }
  });

  behaviour('tokens of one user are one user, of one project one project', async (t) => {
    const { source, tokenOf } = await world.open(t);
    const { tokens } = tokensOver(source);
    const identityOf = async (person: Person) => {
      const answer = await tokens.validate(await tokenOf(person), asker());
      assert.ok(answer.kind === 'valid');
      return answer.identity;
    };
    const [first, again, reader, other] = [
      await identityOf('demo'),
      await identityOf('demo'),
      await identityOf('reader'),
      await identityOf('other'),
    ];
    assert.equal(first.user.id, again.user.id);
    assert.equal(first.project?.id, reader.project?.id);
    assert.notEqual(first.user.id, reader.user.id);
    assert.notEqual(first.project?.id, other.project?.id);
  });

  behaviour('a token that nobody issued is invalid, whatever its characters', async (t) => {
    const { source } = await world.open(t);
    const { tokens } = tokensOver(source);
    const odd = [
      'nonsense',
      '..',
      '.',
      'a/../b',
      '%2e%2e',
      '%',
      'revoked',
      'x?y=1',
      'x#y',
      '*',
      'null',
      '0'.repeat(32),
    ];
    const fernet = Buffer.concat([Buffer.from([0x80, 0, 0, 0, 0]), Buffer.alloc(120, 7)]).toString(
      'base64url',
    );
    for (const token of [...odd, fernet, 'x'.repeat(255)]) {
      assert.deepEqual(await tokens.validate(token, asker()), { kind: 'invalid' }, token);
    }
  });

  behaviour('a token asked for twice is looked up once, and the second answer is at hand', async (t) => {
    const { source, tokenOf } = await world.open(t);
    const { tokens, meters } = tokensOver(source);
    const token = await tokenOf('demo');
    const answers = await Promise.all(Array.from({ length: 50 }, () => tokens.validate(token, asker())));
    assert.ok(answers.every(({ kind }) => kind === 'valid'));
    assert.ok(!(tokens.validate(token, asker()) instanceof Promise));
    const labels = { source: source.name, outcome: 'valid' };
    assert.equal(meters.value('images_gateway_identity_lookups_total', labels), 1);
  });

  behaviour('a token that has ended by the clock of the gateway is refused from memory', async (t) => {
    const { source, tokenOf } = await world.open(t);
    const clock = handClock(Date.now());
    const { tokens } = tokensOver(source, { clock });
    const token = await tokenOf('demo');
    const answer = await tokens.validate(token, asker());
    assert.ok(answer.kind === 'valid');
    clock.advance(answer.identity.expiresAt - clock.now());
    assert.deepEqual(tokens.validate(token, asker()), { kind: 'invalid' });
  });

  if (!world.service) continue;

  behaviour('an unscoped token is valid and for nothing', async (t) => {
    const { source, unscopedToken } = await world.open(t);
    const answer = await tokensOver(source).tokens.validate(await unscopedToken(), asker());
    assert.ok(answer.kind === 'valid');
    const { project, domain, systemScope, roles } = answer.identity;
    assert.deepEqual([project, domain, systemScope, roles], [undefined, undefined, undefined, []]);
  });

  behaviour('no second spelling of a token is valid', async (t) => {
    const { source, tokenOf } = await world.open(t);
    const { tokens } = tokensOver(source);
    const token = await tokenOf('demo');
    const middle = token.length >> 1;
    const other = [
      `${token}=`,
      `${token}....`,
      `....${token}`,
      `${token.slice(0, middle)}!!!!${token.slice(middle)}`,
    ];
    for (const spelling of other) {
      assert.deepEqual(
        await tokens.validate(spelling, asker()),
        { kind: 'invalid' },
        spelling.replace(token, 'TOKEN'),
      );
    }
  });

  behaviour('a revoked token is invalid once the cache lets go of it', async (t) => {
    const { source, tokenOf, revoke } = await world.open(t);
    const clock = handClock(Date.now());
    const { tokens } = tokensOver(source, { clock });
    const token = await tokenOf('demo');
    await tokens.validate(token, asker());
    await revoke(token);
    assert.equal((await tokens.validate(token, asker())).kind, 'valid');
    clock.advance(tokenCacheDefaults.seconds * 1000);
    assert.equal((await tokens.validate(token, asker())).kind, 'invalid');
  });

  if (world.rules) {
    behaviour('the access rules of an application credential are told', async (t) => {
      const { source, restrictedToken } = await world.open(t);
      const answer = await tokensOver(source).tokens.validate(await restrictedToken(), asker());
      assert.ok(answer.kind === 'valid', JSON.stringify(answer));
      assert.deepEqual(answer.identity.accessRules, [
        { service: 'compute', method: 'GET', path: '/v2.1/images/**' },
      ]);
    });
  }

  if (!world.credential) continue;

  behaviour('with a credential that the service refuses nobody is valid and nobody invalid', async (t) => {
    const { misconfigured, tokenOf } = await world.open(t);
    const { tokens } = tokensOver(misconfigured);
    for (const token of [await tokenOf('demo'), 'nonsense']) {
      const answer = await tokens.validate(token, asker());
      assert.equal(answer.kind === 'unavailable' && answer.reason, 'credential');
    }
  });
}
