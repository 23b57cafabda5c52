/** docs/migration.md has a row for everything that an operator of Repose may have in use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stages } from '../../src/stages/index.ts';
import { tableRows } from '../support/docs/blocks.ts';
import { markdownFile } from '../support/markdown.ts';

const [, repose = ''] = markdownFile('docs/migration.md').split('## From ');
const rows = tableRows(repose).filter(([first]) => !first?.startsWith('Repose '));

/** Repose 9: docs/src/asciibinder/filters/index.adoc, each page by its name. */
const filters =
  `add-header api-validator body-extractor-to-header body-patcher compression content-type-stripper cors derp
  destination-router echo exception forwarded-proto header-normalization header-translation header-user herp ip-user
  iri-validator keystone-v2 keystone-v2-authorization keystone-v2-basic-auth merge-header openapi-validator
  openstack-identity-v3 rate-limiting regex-rbac scripting simple-rbac slf4j-http-logging split-header tenant-culling
  translation uri-normalization uri-stripper uri-user url-extractor-to-header valkyrie-authorization versioning`.split(
    /\s+/,
  );

/** The same, services/ and what stands beside them. */
const services = ['Atom feed', 'datastores', 'HTTP client', 'HTTP logging', 'metrics', 'phone home'];
const others = [
  'response messaging',
  'OpenTracing',
  'URI redaction',
  'health check',
  'system-model',
  'valve',
];

test('every filter of Repose has its row, which says what takes its place or what to do instead', () => {
  for (const name of filters) {
    const row = rows.find(([first]) => first?.includes(`\`${name}\``));
    assert.ok(row, name);
    const [, here = '', instead = ''] = row;
    assert.ok(here !== '' && instead !== '', name);
  }
});

test('every service of Repose has its row', () => {
  for (const name of [...services, ...others])
    assert.ok(
      rows.some(([first]) => first?.includes(name)),
      name,
    );
});

test('a stage that takes the place of a filter is one that there is', () => {
  const known = new Set(stages.map(({ name }) => name));
  const named = rows.flatMap(([, here = '']) =>
    [...here.matchAll(/stage `([a-z-]+)`/g)].map(([, name = '']) => name),
  );
  assert.ok(named.length >= 6);
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
});
