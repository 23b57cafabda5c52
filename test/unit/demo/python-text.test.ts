import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boolFromString, pythonRepr, pythonStrip } from '../../../src/demo/python-text.ts';

test('strip takes away what Python calls whitespace', () => {
  assert.equal(pythonStrip(' \t\u00a0\u001cx y\u0085\n'), 'x y');
  assert.equal(pythonStrip('\ufeffx'), '\ufeffx');
  assert.equal(pythonStrip('  '), '');
});

test('six words are true', () => {
  for (const word of ['1', 't', 'TRUE', 'On', 'y', ' yes ']) assert.ok(boolFromString(word), word);
  for (const word of ['', '0', 'AUTO', 'disabled', 'tru', 'ja']) assert.ok(!boolFromString(word), word);
});

test('values are quoted as Python quotes them', () => {
  assert.equal(
    pythonRepr({ a: [1, null, true, false, "it's", 'both\'"', '\n'] }),
    `{'a': [1, None, True, False, "it's", 'both\\'"', '\\n']}`,
  );
});
