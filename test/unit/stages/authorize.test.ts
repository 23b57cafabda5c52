import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Exchange } from '../../../src/core/exchange.ts';
import { authorize } from '../../../src/stages/authorize.ts';
import { exchangeOf } from '../../support/limits.ts';
import { identity } from '../../support/tokens.ts';

type Options = Static<typeof authorize.options>;

const stageOf = (options: Partial<Options> = {}) => {
  const events: { event: string; fields: object }[] = [];
  const check = authorize.prepare(
    Value.Default(authorize.options, { ...options }) as Options,
    {
      tokens: { challengeUri: 'http://k/v3', validate: () => assert.fail('nothing is validated here') },
      audit: { record: (event, fields) => void events.push({ event, fields }) },
    },
    { routeId: 'r', operations: [], limits: [], schemas: new Map() },
  );
  const judge = (more: Partial<Exchange> = {}) => {
    const verdict = check(exchangeOf({ identity: identity(), method: 'GET', ...more }));
    assert.ok(!(verdict instanceof Promise));
    return verdict;
  };
  return { judge, events };
};
const faultOf = (verdict: { kind: string; fault?: string }): string =>
  verdict.kind === 'deny' ? String(verdict.fault) : verdict.kind;

test('one of the named roles is enough, in any case of letters', () => {
  assert.equal(faultOf(stageOf({ roles: ['admin', 'Member'] }).judge()), 'pass');
  const verdict = stageOf({ roles: ['admin', 'creator'] }).judge();
  assert.ok(verdict.kind === 'deny');
  assert.equal(verdict.fault, 'missing-role');
  assert.match(verdict.message, /GET here needs one of the roles admin, creator/);
});

test('without named roles any caller passes, even one without roles', () => {
  assert.equal(faultOf(stageOf().judge({ identity: identity({ roles: [] }) })), 'pass');
});

test('roles can be asked for by method, "any" covers PATCH and all others, HEAD goes with GET', () => {
  const { judge } = stageOf({ rolesByMethod: { GET: ['reader'], any: ['member'] } });
  const reader = identity({ roles: ['reader'] });
  const member = identity({ roles: ['member'] });
  for (const method of ['GET', 'HEAD']) {
    assert.equal(faultOf(judge({ method, identity: reader })), 'pass');
    assert.equal(faultOf(judge({ method, identity: member })), 'missing-role');
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PURGE']) {
    assert.equal(faultOf(judge({ method, identity: reader })), 'missing-role');
    assert.equal(faultOf(judge({ method, identity: member })), 'pass');
  }
});

test('a method that the table does not name falls to the list, or to nobody', () => {
  const listed = stageOf({ roles: ['admin'], rolesByMethod: { GET: ['reader'] } });
  assert.equal(faultOf(listed.judge({ method: 'PATCH' })), 'missing-role');
  assert.equal(faultOf(listed.judge({ method: 'PATCH', identity: identity({ roles: ['admin'] }) })), 'pass');
  const verdict = stageOf({ rolesByMethod: { GET: ['reader'] } }).judge({
    method: 'PATCH',
    identity: identity({ roles: ['admin'] }),
  });
  assert.ok(verdict.kind === 'deny' && /allows PATCH here to nobody/.test(verdict.message));
});

test("the project in the path must be the token's, to the letter", () => {
  const { judge } = stageOf();
  assert.equal(faultOf(judge({ params: { projectId: 'p1' } })), 'pass');
  for (const projectId of ['p2', 'P1', 'p1 ', '']) {
    assert.equal(faultOf(judge({ params: { projectId } })), 'other-project');
  }
  const verdict = judge({ params: { projectId: 'p2' } });
  assert.ok(verdict.kind === 'deny' && /project p2.*project p1/.test(verdict.message));
});

test('a token for no project has no project of its own to name', () => {
  const system = identity({ project: undefined, systemScope: 'all' });
  assert.equal(faultOf(stageOf().judge({ identity: system, params: { projectId: 'p1' } })), 'other-project');
  assert.equal(faultOf(stageOf().judge({ identity: system })), 'pass');
});

test('the path is not looked at where the policy says so', () => {
  assert.equal(faultOf(stageOf({ project: 'any' }).judge({ params: { projectId: 'p2' } })), 'pass');
});

test("a prefix that is named may be left out of the token's project", () => {
  const hybrid = identity({ project: { id: 'hybrid:12345', name: undefined, domain: undefined } });
  const params = { projectId: '12345' };
  assert.equal(faultOf(stageOf().judge({ identity: hybrid, params })), 'other-project');
  const { judge } = stageOf({ stripPrefixes: ['hybrid:'] });
  assert.equal(faultOf(judge({ identity: hybrid, params })), 'pass');
  assert.equal(faultOf(judge({ identity: hybrid, params: { projectId: '2345' } })), 'other-project');
  const own = identity({ project: { id: '12345', name: undefined, domain: undefined } });
  assert.equal(faultOf(judge({ identity: own, params: { projectId: 'hybrid:12345' } })), 'other-project');
});

test('named roles may cross, and each crossing is told to the audit and to the decision', () => {
  const { judge, events } = stageOf({ crossingRoles: ['cloud-support'] });
  const support = identity({ roles: ['Cloud-Support'] });
  const verdict = judge({ identity: support, params: { projectId: 'p2' } });
  assert.ok(verdict.kind === 'pass');
  assert.deepEqual(verdict.notes, { crossedTo: 'p2' });
  assert.equal(events.length, 1);
  assert.deepEqual(events[0], {
    event: 'project-crossing',
    fields: {
      'http.route': 'images',
      'user.id': 'u1',
      images_gateway: { request: 'req-1', project: 'p1', pathProject: 'p2' },
    },
  });
  judge({ identity: support, params: { projectId: 'p1' } });
  assert.equal(events.length, 1, 'the own project is no crossing');
  assert.equal(faultOf(judge({ params: { projectId: 'p2' } })), 'other-project');
});

test('crossing roles do not lift the roles that the call needs', () => {
  const { judge } = stageOf({ roles: ['member'], crossingRoles: ['support'] });
  assert.equal(
    faultOf(judge({ identity: identity({ roles: ['support'] }), params: { projectId: 'p2' } })),
    'missing-role',
  );
});

test('a mismatch can be 401 with the challenge, as Repose had it', () => {
  const verdict = stageOf({ mismatch: 401 }).judge({ params: { projectId: 'p2' } });
  assert.ok(verdict.kind === 'deny');
  assert.equal(verdict.fault, 'other-project-401');
  assert.equal(verdict.headers?.['www-authenticate'], 'Keystone uri="http://k/v3"');
});

test('a refusal can hide that the thing exists', () => {
  const { judge } = stageOf({ denyAs: 404, mismatch: 401, roles: ['member'] });
  const project = judge({ params: { projectId: 'p2' } });
  const role = judge({ identity: identity({ roles: [] }) });
  assert.ok(project.kind === 'deny' && role.kind === 'deny');
  assert.deepEqual([project.fault, project.message], [role.fault, role.message]);
  assert.equal(project.fault, 'hidden');
  assert.deepEqual([project.notes, role.notes], [{ fault: 'other-project' }, { fault: 'missing-role' }]);
});
