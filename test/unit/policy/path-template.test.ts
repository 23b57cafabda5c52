import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { templateFault, templateForm } from '../../../src/policy/path-template.ts';

test('templates that canonical paths can match are taken', () => {
  for (const template of [
    '/',
    '/images',
    '/images/:imageId',
    '/images/:imageId/metadata/:key',
    '/images/**',
    '/**',
    '/v2.1/a-b_c~d',
    '/a@b/c+d=e,f',
  ])
    assert.equal(templateFault(template), undefined, template);
});

const faults = [
  { template: 'images', says: 'must begin with "/"' },
  { template: '/images/', says: 'must not end with "/"' },
  { template: '/a//b', says: 'must not have an empty segment ("//")' },
  { template: '/a/../b', says: 'must not have "." or ".." segments, which no canonical path has' },
  { template: '/**/b', says: 'can have "**" only as its last segment' },
  { template: '/a/*', says: 'can have "**" only as its last segment, and no other "*"' },
  { template: '/a/b**', says: 'can have "**" only as its last segment, and no other "*"' },
  { template: '/:a/:a', says: 'has ":a" twice' },
  { template: '/:', says: 'must name a whole segment with letters and digits, as in "/:imageId"' },
  { template: '/:a.json', says: 'must name a whole segment with letters and digits, as in "/:imageId"' },
  { template: '/a:b', says: 'must give a name the whole segment, as in "/:imageId"' },
  { template: '/a?b', says: 'must not have a query' },
  { template: '/a%2f', says: 'must be written without percent-encoding' },
  { template: '/a;b', says: 'has a character that no canonical path has' },
  { template: '/a b', says: 'has a character that no canonical path has' },
  { template: '/a\\b', says: 'has a character that no canonical path has' },
];

for (const { template, says } of faults) {
  test(`a template that no canonical path can match is refused: ${template}`, () =>
    assert.equal(templateFault(template), says));
}

test('templates that differ only in the names of their parts have the same form', () => {
  assert.equal(templateForm('/images/:id/x'), templateForm('/images/:imageId/x'));
  assert.notEqual(templateForm('/images/:id/x'), templateForm('/images/id/x'));
});

test('a template is judged whatever characters it has, and a good one has only canonical segments', () => {
  const piece = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('/', ':', '*', '**', '.', 'a', '%2e'));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (parts) => {
      const template = `/${parts.join('')}`;
      if (templateFault(template) !== undefined || template === '/') return;
      for (const segment of template.slice(1).split('/')) {
        assert.match(segment, /^(\*\*|:[A-Za-z][A-Za-z0-9]*|[^:*%;\\?#\s/]+)$/);
        assert.ok(segment !== '.' && segment !== '..');
      }
    }),
  );
});
