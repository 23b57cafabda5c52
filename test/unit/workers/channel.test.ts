import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { topic } from '../../../src/core/peer.ts';
import { ChannelPeer } from '../../../src/workers/channel.ts';
import { joinedPeers } from '../../support/peers.ts';

const double = topic<number, number>('double');
const slow = topic<null, string>('slow');
const long = 60_000;

test('a question is answered by the other side, both ways', async () => {
  const { worker, primary } = joinedPeers();
  worker.answer(double, (n) => n * 2);
  primary.answer(double, (n) => n * 20);
  assert.equal(await primary.ask(double, 4, long), 8);
  assert.equal(await worker.ask(double, 4, long), 80);
});

test('a question that nobody answers yet waits for who does', async () => {
  const { worker, primary } = joinedPeers();
  const answer = primary.ask(double, 1, long);
  const other = primary.ask(slow, null, long);
  worker.answer(slow, () => 'here');
  assert.equal(await other, 'here');
  worker.answer(double, (n) => n * 2);
  assert.equal(await answer, 2);
});

test('an answer that takes long holds up no other', async () => {
  const { worker, primary } = joinedPeers();
  const gate = Promise.withResolvers<string>();
  worker.answer(slow, () => gate.promise);
  worker.answer(double, (n) => n * 2);
  const late = primary.ask(slow, null, long);
  for (let n = 0; n < 5; n += 1) assert.equal(await primary.ask(double, n, long), n * 2);
  gate.resolve('at last');
  assert.equal(await late, 'at last');
});

test('what is asked at once goes as one message, and what is asked meanwhile as the next one', async () => {
  const [near, far] = [new EventEmitter(), new EventEmitter()];
  let messages = 0;
  const peer = new ChannelPeer({
    send: (message) => {
      messages += 1;
      setImmediate(() => far.emit('message', message));
    },
    on: near.on.bind(near),
  });
  const other = new ChannelPeer({
    send: (message) => setImmediate(() => near.emit('message', message)),
    on: far.on.bind(far),
  });
  other.answer(double, (n) => n * 2);
  const first = Array.from({ length: 100 }, (_, n) => peer.ask(double, n, long));
  await Promise.resolve();
  const meanwhile = Array.from({ length: 100 }, (_, n) => peer.ask(double, n, long));
  assert.deepEqual(
    await Promise.all([...first, ...meanwhile]),
    Array.from({ length: 200 }, (_, n) => (n % 100) * 2),
  );
  assert.equal(messages, 2);
});

test('who waits for a silent side waits no longer than he said', async () => {
  const peer = new ChannelPeer({ send: () => undefined, on: () => undefined });
  assert.equal(await peer.ask(double, 1, 5), undefined);
});

test('questions to a halted side do not pile up, and it answers again when it goes on', async () => {
  const held: object[] = [];
  const [near, far] = [new EventEmitter(), new EventEmitter()];
  const peer = new ChannelPeer({ send: (message) => held.push(message), on: near.on.bind(near) });
  const other = new ChannelPeer({
    send: (message) => near.emit('message', message),
    on: far.on.bind(far),
  });
  let asked = 0;
  other.answer(double, (n) => {
    asked += 1;
    return n * 2;
  });
  const lost = await Promise.all(Array.from({ length: 5000 }, (_, n) => peer.ask(double, n, 1)));
  assert.ok(lost.every((answer) => answer === undefined));
  const more = Array.from({ length: 5000 }, (_, n) => peer.ask(double, n, 1));
  assert.ok((await Promise.all(more)).every((answer) => answer === undefined));
  assert.equal(held.length, 1);
  const answer = peer.ask(double, 21, long);
  for (let turn = 0; turn < 2; turn += 1) {
    far.emit('message', held.shift());
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await answer, 42);
  assert.equal(asked, 5001);
});

test('when the other side is gone, nobody waits for it', async () => {
  const { primary } = joinedPeers();
  const waiting = primary.ask(double, 1, long);
  primary.close();
  assert.equal(await waiting, undefined);
  assert.equal(await primary.ask(double, 1, long), undefined);
});

test('messages of others on the same channel are left alone', async () => {
  const channel = new EventEmitter();
  const peer = new ChannelPeer({ send: () => undefined, on: channel.on.bind(channel) });
  for (const message of [null, 'text', 5, {}, { kind: 'other', asked: 1 }]) channel.emit('message', message);
  assert.equal(await peer.ask(double, 1, 1), undefined);
});
