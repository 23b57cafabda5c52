import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compile } from 'typebox/schema';
import { parse } from 'yaml';
import { policyJsonSchema } from '../../../src/policy/json-schema.ts';
import { smallCatalogue, validPolicy } from '../../support/policy-folder.ts';

const validator = Compile(policyJsonSchema(smallCatalogue.stages, smallCatalogue.operations));
const accepts = (text: string): boolean => validator.Check(parse(text));

/** The valid policy with one text replaced by another. */
const edited = (from: string, to: string): string => {
  assert.ok(validPolicy.includes(from), from);
  return validPolicy.replace(from, to);
};

test('an editor accepts what the loader accepts', () => {
  assert.ok(accepts(validPolicy));
  assert.ok(accepts('version: 1'));
});

const refused = [
  { name: 'an unknown stage', text: edited('use: authorize', 'use: authorise') },
  { name: 'an unknown operation', text: edited('image-metadata-merge,', 'image-metadata-merg,') },
  { name: 'an option of another stage', text: edited('roles: [member]', 'roles: [member], maxErrors: 3') },
  { name: 'a missing option', text: edited('        with: { roles: [member] }\n', '') },
  {
    name: 'an option for a stage without any',
    text: edited('- use: authenticate\n', '- use: authenticate\n        with: { a: 1 }\n'),
  },
  { name: 'an unknown name', text: edited('upgrade: false', 'upgrad: false') },
  { name: 'a cost of no operation', text: edited('image-metadata-replace: 5', 'image: 5') },
  { name: 'both kinds of match', text: edited('{ path:', '{ operations: [image-metadata-merge], path:') },
];

for (const { name, text } of refused) {
  test(`an editor marks what the loader refuses: ${name}`, () => assert.equal(accepts(text), false));
}

test('stages and guarded calls are completed with a sentence for each', () => {
  const text = JSON.stringify(policyJsonSchema(smallCatalogue.stages, smallCatalogue.operations));
  assert.match(text, /"const":"authorize","description":"The stage authorize\."/);
  assert.match(text, /"const":"image-metadata-merge","description":"The call image-metadata-merge\."/);
});
