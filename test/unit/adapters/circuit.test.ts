import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CircuitState, createCircuit } from '../../../src/adapters/circuit.ts';
import { asker, handClock, scriptedSource, tokensOver, validAnswer } from '../../support/tokens.ts';

const circuitOf = () => {
  const clock = handClock();
  const states: CircuitState[] = [];
  const circuit = createCircuit(clock, (state) => states.push(state), {
    failures: 3,
    pauseMs: 1000,
    longestMs: 4000,
  });
  const fail = (times: number): void => {
    for (let n = 0; n < times; n++) circuit.failed();
  };
  return { circuit, clock, states, fail };
};

test('it opens after so many failures in a row, and a success in between starts the count anew', () => {
  const { circuit, fail } = circuitOf();
  fail(2);
  circuit.succeeded();
  fail(2);
  assert.equal(circuit.enter(), undefined);
  fail(1);
  assert.equal(circuit.enter(), 1000);
});

test('after the pause one probe is let in, and the others wait for how it ends', () => {
  const { circuit, clock, states, fail } = circuitOf();
  fail(3);
  clock.advance(1000);
  assert.equal(circuit.enter(), undefined);
  assert.equal(circuit.enter(), 1000);
  circuit.succeeded();
  assert.equal(circuit.enter(), undefined);
  assert.deepEqual(states, ['open', 'half-open', 'closed']);
});

test('each failed probe doubles the pause, up to the longest; a success makes it short again', () => {
  const { circuit, clock, fail } = circuitOf();
  fail(3);
  for (const pause of [1000, 2000, 4000, 4000]) {
    assert.equal(circuit.enter(), pause);
    clock.advance(pause);
    assert.equal(circuit.enter(), undefined);
    circuit.failed();
  }
  clock.advance(4000);
  circuit.enter();
  circuit.succeeded();
  fail(3);
  assert.equal(circuit.enter(), 1000);
});

test('calls let in before it opened do not lengthen the pause when they fail later', () => {
  const { circuit, fail } = circuitOf();
  fail(10);
  assert.equal(circuit.enter(), 1000);
});

test('a service that says when to come back is left alone that long, up to the longest pause', () => {
  const { circuit, fail } = circuitOf();
  fail(2);
  circuit.failed(2500);
  assert.equal(circuit.enter(), 2500);
  const other = circuitOf();
  other.fail(2);
  other.circuit.failed(3_600_000);
  assert.equal(other.circuit.enter(), 4000);
});

test('while Keystone is down, known callers go on and unknown ones are refused without asking', async () => {
  let down = false;
  const source = scriptedSource(() => (down ? { kind: 'unavailable', reason: 'refused' } : validAnswer()));
  const { tokens, clock, log } = tokensOver(source);
  await tokens.validate('known', asker());
  down = true;
  for (let n = 0; n < 5; n++) await tokens.validate(`stranger${n}`, asker());
  const askedSoFar = source.asked.length;
  const answer = tokens.validate('another', asker());
  assert.ok(!(answer instanceof Promise) && answer.kind === 'unavailable');
  assert.deepEqual([answer.reason, answer.retryAfterMs, answer.grace], ['circuit-open', 1000, undefined]);
  assert.ok(!(tokens.validate('known', asker()) instanceof Promise));
  assert.equal(source.asked.length, askedSoFar);
  assert.deepEqual(tokens.health().lastOutage, { reason: 'refused', at: clock.now() });
  assert.equal(tokens.health().circuit, 'open');
  down = false;
  clock.advance(1000);
  assert.equal((await tokens.validate('another', asker())).kind, 'valid');
  assert.equal(tokens.health().circuit, 'closed');
  assert.deepEqual(
    log.lines.map(({ level }) => level),
    ['warn', 'warn', 'info'],
  );
});

test('a look-up that throws, which would be a bug, does not leave the circuit waiting for ever', async () => {
  let mood: 'down' | 'bug' | 'well' = 'down';
  const source = scriptedSource(() => {
    if (mood === 'bug') throw new Error('bug');
    return mood === 'down' ? { kind: 'unavailable', reason: 'refused' } : validAnswer();
  });
  const { tokens, clock } = tokensOver(source, { circuit: { failures: 1, pauseMs: 1000, longestMs: 1000 } });
  await tokens.validate('a', asker());
  clock.advance(1000);
  mood = 'bug';
  await assert.rejects(async () => tokens.validate('b', asker()));
  clock.advance(1000);
  mood = 'well';
  assert.equal((await tokens.validate('c', asker())).kind, 'valid');
});

test('answers that cannot be understood do not open the circuit: a caller could provoke them by its token', async () => {
  const source = scriptedSource((token) =>
    token.startsWith('odd') ? { kind: 'unavailable', reason: 'malformed' } : validAnswer(),
  );
  const { tokens } = tokensOver(source);
  for (let n = 0; n < 50; n++) await tokens.validate(`odd${n}`, asker());
  assert.equal((await tokens.validate('good', asker())).kind, 'valid');
});
