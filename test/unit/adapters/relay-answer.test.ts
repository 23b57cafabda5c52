import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type AnswerHead, relayHead } from '../../../src/adapters/relay-answer.ts';

const relay = (head: Partial<AnswerHead>, ours: Record<string, string> = {}) => {
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  res.sendDate = false;
  const problem = relayHead(
    res,
    { status: 200, reason: 'OK', rawHeaders: [], httpVersion: '1.1', ...head },
    ours,
  );
  const text = (res as unknown as { _header: string | null })._header ?? '';
  return { problem, lines: text.split('\r\n').filter((line) => line !== '') };
};
const via = 'Via: 1.1 images-gateway';
/** Without what Node says of its own connection. */
const sent = (lines: string[]): string[] =>
  lines.filter((line) => !/^(?:Connection|Transfer-Encoding|Keep-Alive): /.test(line));

describe('relayHead', () => {
  test('keeps names, values, order and repetitions', () => {
    const rawHeaders = [
      'vary',
      'A',
      'Vary',
      'B',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'X-tHING',
      ' x\xfc',
      'Content-Length',
      '3',
    ];
    const { lines } = relay({ rawHeaders });
    const expected = [
      'vary: A',
      'Vary: B',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'X-tHING:  x\xfc',
      'Content-Length: 3',
    ];
    assert.deepEqual(sent(lines), ['HTTP/1.1 200 OK', ...expected, via]);
  });

  test('leaves out what is hop by hop, and what Connection names', () => {
    const rawHeaders = [
      'Connection',
      'close, X-Gone',
      'X-Gone',
      '1',
      'x-gone',
      '2',
      'Keep-Alive',
      'timeout=5',
      'Trailer',
      'X-T',
      'Upgrade',
      'h2c',
      'Transfer-Encoding',
      'chunked',
      'Proxy-Authenticate',
      'x',
      'X-Kept',
      '1',
    ];
    assert.deepEqual(sent(relay({ rawHeaders }).lines), ['HTTP/1.1 200 OK', 'X-Kept: 1', via]);
  });

  test('continues Via and says the version received', () => {
    const { lines } = relay({ rawHeaders: ['Via', '1.0 a', 'via', '1.1 b'], httpVersion: '1.0' });
    assert.deepEqual(sent(lines), ['HTTP/1.1 200 OK', 'Via: 1.0 a, 1.1 b, 1.0 images-gateway']);
  });

  test('puts our headers in the place of the same ones of the upstream', () => {
    const { lines } = relay(
      { rawHeaders: ['RateLimit', 'theirs', 'ratelimit', 'too'] },
      { ratelimit: 'ours', 'x-a': 'b' },
    );
    assert.deepEqual(sent(lines), ['HTTP/1.1 200 OK', via, 'ratelimit: ours', 'x-a: b']);
  });

  test('keeps the reason, or says the usual one when it has strange bytes', () => {
    assert.equal(relay({ reason: 'Fine by me' }).lines[0], 'HTTP/1.1 200 Fine by me');
    assert.equal(relay({ status: 299, reason: '' }).lines[0], 'HTTP/1.1 299 ');
    for (const reason of ['a\rb', 'a\nX: y', '\xfc', 'a\0']) {
      assert.equal(relay({ status: 404, reason }).lines[0], 'HTTP/1.1 404 Not Found');
    }
  });

  for (const status of [0, 99, 100, 199, 600, 999, Number.NaN]) {
    test(`does not relay the status ${status}`, () => {
      const { problem, lines } = relay({ status });
      assert.match(problem ?? '', /status/);
      assert.deepEqual(lines, []);
    });
  }

  test('does not relay a coding that it would have to undo', () => {
    for (const coding of ['gzip', 'gzip, chunked', 'identity']) {
      assert.match(relay({ rawHeaders: ['Transfer-Encoding', coding] }).problem ?? '', /encoded/);
    }
  });

  test('says no length for an answer that has no body', () => {
    assert.ok(
      !relay({ status: 204, rawHeaders: ['Content-Length', '3'] }).lines.some((line) => /length/i.test(line)),
    );
  });

  test('never writes a line that was not a header of the upstream or ours', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'aA-:\r\n\0\t \x7f\xff\u0100'.split('')),
      maxLength: 8,
    });
    fc.assert(
      fc.property(text, text, text, (name, value, reason) => {
        const { problem, lines } = relay({ reason, rawHeaders: [name, value] });
        if (problem !== undefined) return assert.deepEqual(lines, []);
        assert.ok(sent(lines).length <= 3, JSON.stringify(lines));
        for (const line of lines) assert.doesNotMatch(line, /[\r\n\0]/);
      }),
    );
  });
});
