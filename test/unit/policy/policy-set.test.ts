import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { standing, takes } from '../../../src/policy/policy-set.ts';

const revision = fc.stringMatching(/^[0-9a-f]{16}$/);
const share = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100);

test('a greater share contains every smaller one', () => {
  fc.assert(
    fc.property(revision, fc.string(), share, share, (name, project, one, other) => {
      const [small, great] = [Math.min(one, other), Math.max(one, other)];
      const inSmall = takes(name, { projects: [], percent: small })(project);
      assert.ok(!inSmall || takes(name, { projects: [], percent: great })(project));
    }),
  );
});

test('0 % is nobody but those who are named, and 100 % is everybody', () => {
  fc.assert(
    fc.property(revision, fc.string(), (name, project) => {
      assert.equal(takes(name, { projects: [], percent: 0 })(project), false);
      assert.equal(takes(name, { projects: [project], percent: 0 })(project), true);
      assert.equal(takes(name, { projects: [], percent: 100 })(project), true);
    }),
  );
});

test('a share of projects is that share, and the next revision takes others', () => {
  const projects = Array.from({ length: 20_000 }, (_, n) => `project-${n}`);
  const first = projects.filter((id) => standing('aaaaaaaaaaaaaaaa', id) < 10);
  const second = new Set(projects.filter((id) => standing('bbbbbbbbbbbbbbbb', id) < 10));
  assert.ok(Math.abs(first.length - 2000) < 200, `${first.length}`);
  assert.ok(first.filter((id) => second.has(id)).length < 400);
});

test('a project stands where it stood, whatever process asks', () => {
  assert.equal(standing('0123456789abcdef', 'p1').toFixed(6), standing('0123456789abcdef', 'p1').toFixed(6));
});
