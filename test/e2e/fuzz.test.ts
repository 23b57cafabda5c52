/** The fuzzer itself: it runs in its time, tells how to run it again, and would find what it looks for. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { diceOf, mutate } from '../fuzz/mutations.ts';
import { root } from '../support/source-files.ts';

const fuzz = async (...args: string[]) => {
  const child = spawn(process.execPath, ['test/fuzz/main.ts', ...args], { cwd: root });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
  const [code] = await once(child, 'close');
  return { code, text };
};

test('every parser and the socket hold for some seconds of random input', async () => {
  const { code, text } = await fuzz('6');
  assert.equal(code, 0, text);
  assert.match(text, /^fuzzing for 6 s with seed \d+$/m);
  assert.equal(text.match(/ held$/gm)?.length, 10, text);
});

test('what is no number is refused with the usage', async () => {
  const { code, text } = await fuzz('soon');
  assert.equal(code, 2);
  assert.match(text, /^Usage: npm run fuzz -- \[SECONDS\] \[SEED\]/);
});

test('the same seed makes the same bytes', () => {
  const corpus = ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'POST / HTTP/1.1\r\n\r\n'];
  const make = (seed: number) => {
    const dice = diceOf(seed);
    return Array.from({ length: 50 }, () => mutate(dice, corpus));
  };
  assert.deepEqual(make(5), make(5));
  assert.notDeepEqual(make(5), make(6));
  assert.ok(new Set(make(5)).size > 40);
});
