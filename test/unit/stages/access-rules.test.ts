import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRule, matchesPath } from '../../../src/stages/access-rules.ts';

const matches = (pattern: string, path: string): boolean =>
  matchesPath(compileRule({ service: 's', method: 'GET', path: pattern }).parts, path);

const rows: readonly (readonly [pattern: string, path: string, expected: boolean])[] = [
  ['/v2.1/servers', '/v2.1/servers', true],
  ['/v2.1/servers', '/v2.1/servers/', false],
  ['/v2.1/servers', '/v2x1/servers', false],
  ['/v2.1/servers/*', '/v2.1/servers/1', true],
  ['/v2.1/servers/*', '/v2.1/servers/', false],
  ['/v2.1/servers/*', '/v2.1/servers/1/ips', false],
  ['/v2.1/servers/{server_id}/ips', '/v2.1/servers/1/ips', true],
  ['/v2.1/servers/{server_id}/ips', '/v2.1/servers//ips', false],
  ['/v2.1/**', '/v2.1/servers/1/ips', true],
  ['/v2.1/**', '/v2.1/', true],
  ['/v2.1/**', '/v2.1', false],
  ['/**/ips', '/v2.1/servers/1/ips', true],
  ['/a*c/d', '/abc/d', true],
  ['/a*c/d', '/ac/d', false],
  ['/a{b', '/a{b', true],
  ['', '', true],
  ['', '/', false],
];
for (const [pattern, path, expected] of rows) {
  test(`the rule "${pattern}" ${expected ? 'covers' : 'does not cover'} "${path}"`, () => {
    assert.equal(matches(pattern, path), expected);
  });
}

test('matching agrees with the regular expression that the rule stands for', () => {
  const piece = fc.constantFrom('*', '**', '{x}', 'a', 'b', '/');
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 10 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), path, (pieces, given) => {
      const pattern = pieces.join('');
      const expression = pattern.replace(/\{x\}|\*\*|\*/g, (found) => (found === '**' ? '.*' : '[^/]+'));
      assert.equal(matches(pattern, given), new RegExp(`^${expression}$`).test(given), `${pattern} ${given}`);
    }),
    { numRuns: 2000 },
  );
});

test('a hostile pattern costs no more than its length times the length of the path', () => {
  const begun = performance.now();
  assert.equal(matches('**a'.repeat(42), `${'a'.repeat(8000)}b`), false);
  assert.ok(performance.now() - begun < 2000);
});
