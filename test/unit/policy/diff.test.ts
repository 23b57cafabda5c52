import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Policy, StageUse } from '../../../src/core/policy.ts';
import { diffPolicies, diffText } from '../../../src/policy/diff.ts';

const at = { file: 'a.yaml', line: 1, column: 1 };
const stage = (use: string, more: Partial<StageUse> = {}): StageUse => ({
  use,
  mode: 'enforce',
  with: {},
  at,
  ...more,
});

const policy = (stages: readonly StageUse[], more: Partial<Policy> = {}): Policy => ({
  revision: 'a',
  routes: [
    {
      id: 'a',
      match: { kind: 'path', path: '/a', methods: ['GET', 'POST'] },
      upstream: 'compute',
      stages,
      body: { maxBytes: 1, keys: 'as-sent' },
      upgrade: false,
      at,
    },
  ],
  fallback: undefined,
  limits: [],
  schemas: new Map(),
  ...more,
});

describe('the difference of two policies', () => {
  test('names the option, the mode and the order of stages that changed, and nothing else', () => {
    const before = policy([
      stage('authenticate'),
      stage('rate-limit'),
      stage('authorize', { with: { roles: ['a'] } }),
    ]);
    const after = policy([
      stage('authenticate', { mode: 'flag', until: { day: '2026-12-31', endsAt: 1_798_761_600_000 } }),
      stage('authorize', { with: { roles: ['b'] } }),
      stage('rate-limit'),
    ]);
    assert.equal(
      diffText(diffPolicies(before, after)),
      `~ route a (a.yaml:1 -> a.yaml:1)
    ~ stages.authenticate.mode: "enforce" -> "flag"
    + stages.authenticate.until: "2026-12-31"
    ~ stages.authorize.with.roles: ["a"] -> ["b"]
    ~ stages.order: ["authenticate","rate-limit","authorize"] -> ["authenticate","authorize","rate-limit"]
`,
    );
  });

  test('tells parts that came and went', () => {
    const without = policy([], { routes: [] });
    const [added] = diffPolicies(without, policy([]));
    assert.equal(added?.kind, 'added');
    const [removed] = diffPolicies(policy([]), without);
    assert.equal(removed?.kind, 'removed');
    assert.equal(diffText([removed ?? assert.fail()]), '- route a (a.yaml:1)\n');
  });

  test('does not see places, revisions, or the order of methods', () => {
    const [route] = policy([]).routes;
    assert.ok(route !== undefined);
    const moved = {
      ...route,
      at: { ...at, line: 9 },
      match: { kind: 'path', path: '/a', methods: ['POST', 'GET'] } as const,
    };
    assert.deepEqual(diffPolicies(policy([]), policy([], { revision: 'b', routes: [moved] })), []);
  });
});

const use = fc.record({
  use: fc.constantFrom('authenticate', 'authorize', 'rate-limit', 'toString', '__proto__'),
  mode: fc.constantFrom('enforce', 'flag', 'off'),
  with: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
  at: fc.constant(at),
}) as fc.Arbitrary<StageUse>;
const anyPolicy = fc.array(use, { maxLength: 4 }).map((stages) => policy(stages));

test('a policy does not differ from itself, nor from a copy of itself', () => {
  fc.assert(
    fc.property(anyPolicy, (one) => {
      assert.deepEqual(diffPolicies(one, structuredClone({ ...one, schemas: new Map() })), []);
    }),
  );
});

test('two policies that differ in one direction differ in the other, in the same places', () => {
  const places = (one: Policy, other: Policy) =>
    diffPolicies(one, other)
      .map(({ part, path }) => `${part} ${path}`)
      .sort();
  fc.assert(
    fc.property(anyPolicy, anyPolicy, (one, other) =>
      assert.deepEqual(places(one, other), places(other, one)),
    ),
  );
});
