import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../src/core/json.ts';
import { operations } from '../../../src/operations/index.ts';

const said = (name: string, body: Json, key = ''): string => {
  const intent = operations.find((each) => each.name === name)?.intent(body, { imageId: 'i', key });
  return intent?.kind === 'malformed' ? intent.message : (intent?.kind ?? '');
};

test('a key with a blank at an end is refused by every metadata write, since Glance would cut it off', () => {
  for (const key of [' visibility', 'mappings ', 'a\n', '\tb', 'c\u0085', ' ']) {
    for (const [name, body] of [
      ['image-metadata-merge', { metadata: { [key]: 'x' } }],
      ['image-metadata-replace', { metadata: { ok: 'x', [key]: 'x' } }],
      ['image-metadata-item-set', { meta: { [key]: 'x' } }],
    ] as const) {
      assert.match(said(name, body, key), /begins or ends with a blank/, `${name} ${JSON.stringify(key)}`);
    }
  }
  assert.equal(said('image-metadata-merge', { metadata: { 'a b': 'x' } }), 'metadata');
});
