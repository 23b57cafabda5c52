/** Many requests on one connection, sound ones and such that are refused in the middle: each gets its own answer. */
import assert from 'node:assert/strict';
import { startEchoOrigin } from '../../src/doctor/echo-origin.ts';
import { exchangeRaw } from '../support/raw-client.ts';
import type { Dice } from './mutations.ts';
import { startOpenGateway } from './open-gateway.ts';
import type { SocketTarget } from './socket-target.ts';

/**
 * One request, and what must come of it: run, refused, or refused together with all that follows. One that breaks the
 * parser ends the connection too, without a word where an earlier answer is still on its way. The last one may be run
 * or refused, but nothing follows.
 */
interface Piece {
  readonly bytes: string;
  readonly fate: 'run' | 'refused' | 'ends' | 'breaks' | 'last';
}

const write = 'Host: a\r\nContent-Type: a/b\r\n';
const makers: readonly ((path: string, text: string) => Piece)[] = [
  (path) => ({ fate: 'run', bytes: `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n` }),
  (path) => ({ fate: 'run', bytes: `GET ${path} HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n` }),
  (path, text) => ({
    fate: 'run',
    bytes: `POST ${path} HTTP/1.1\r\n${write}Content-Length: ${text.length}\r\n\r\n${text}`,
  }),
  (path, text) => ({
    fate: 'run',
    bytes: `PUT ${path} HTTP/1.1\r\n${write}Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)};e="a"\r\n${text}\r\n0;f\r\nX-Roles: admin\r\n\r\n`,
  }),
  (path, text) => ({
    fate: 'run',
    bytes: `DELETE ${path} HTTP/1.1\r\n${write}Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  }),
  (path, text) => ({
    fate: 'run',
    bytes: `POST ${path} HTTP/1.1\r\n${write}Expect: 100-continue\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  }),
  (path) => ({ fate: 'refused', bytes: `GET ${path}%2f HTTP/1.1\r\nHost: a\r\n\r\n` }),
  (path) => ({ fate: 'refused', bytes: `GET ${path}?_method=PUT HTTP/1.1\r\nHost: a\r\n\r\n` }),
  (path, text) => ({
    fate: 'refused',
    bytes: `POST ${path}%2f HTTP/1.1\r\n${write}Content-Length: ${text.length}\r\n\r\n${text}`,
  }),
  (path) => ({ fate: 'refused', bytes: `DELETE ${path} HTTP/1.1\r\nHost: a\r\nConnection: x-roles\r\n\r\n` }),
  (path) => ({ fate: 'ends', bytes: `GET http://other.example${path} HTTP/1.1\r\nHost: a\r\n\r\n` }),
  (path) => ({
    fate: 'breaks',
    bytes: `POST ${path} HTTP/1.1\r\n${write}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  }),
  (path) => ({ fate: 'breaks', bytes: `GET ${path} HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n` }),
  (path) => ({
    fate: 'last',
    bytes: `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  }),
  (path) => ({ fate: 'breaks', bytes: `CONNECT ${path.length}.example:80 HTTP/1.1\r\nHost: a\r\n\r\n` }),
];

interface Answer {
  readonly status: number;
  readonly last: boolean;
  readonly body: string;
}

/** Every answer that has come whole; interim ones are passed over. */
const answersOf = (text: string): Answer[] => {
  const answers: Answer[] = [];
  for (let rest = text; ; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return answers;
    const head = rest.slice(0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    assert.ok(status >= 100, `no answer begins here: ${JSON.stringify(rest.slice(0, 200))}`);
    const body = rest.slice(end + 4, end + 4 + length);
    rest = rest.slice(end + 4 + length);
    if (status >= 200) answers.push({ status, body, last: /\r\nconnection: close/i.test(head) });
  }
};

/** What is wrong with the answers to a row of requests; the last one of the row asks for the end. */
const flawOf = (pieces: readonly Piece[], answers: readonly Answer[]): string | undefined => {
  for (const [index, { fate, bytes }] of pieces.entries()) {
    const answer = answers[index];
    if (answer === undefined) return fate === 'breaks' ? undefined : `request ${index} has no answer`;
    const [line = ''] = bytes.split('\r\n', 1);
    const path = line.split(' ')[1] ?? '';
    const isRun = answer.status === 200 && answer.body.split(' ')[1] === path;
    const isRefused = answer.status >= 400 && answer.status < 500;
    if (fate === 'last' ? !isRun && !isRefused : fate === 'run' ? !isRun : !isRefused)
      return `request ${index} got ${JSON.stringify(answer)}`;
    if (fate !== 'run' && fate !== 'refused' && !answer.last)
      return `the connection goes on behind request ${index}`;
    if (answer.last) return answers.length > index + 1 ? 'something follows the last answer' : undefined;
  }
  return 'the connection did not end';
};

export const startPipelinesTarget = async (): Promise<SocketTarget> => {
  const origin = await startEchoOrigin();
  const gateway = await startOpenGateway(origin.url);
  let turn = 0;

  const one = async (dice: Dice): Promise<void> => {
    turn += 1;
    const pieces = Array.from({ length: 1 + dice(10) }, (_, index): Piece => {
      const make = makers[dice(makers.length)] as (typeof makers)[number];
      return make(`/${turn}/${index}`, 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1 + dice(3)));
    });
    pieces.push({
      fate: 'run',
      bytes: `GET /${turn}/end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    });
    const bytes = pieces.map((piece) => piece.bytes).join('');
    // In one piece, or cut anywhere, as networks do.
    const at = dice(2) === 0 ? bytes.length : dice(bytes.length);
    const { text } = await exchangeRaw(gateway.port, [bytes.slice(0, at), bytes.slice(at)]);
    const flaw = flawOf(pieces, answersOf(text));
    assert.equal(flaw, undefined, `${flaw}\nof ${JSON.stringify(bytes)}\nanswered ${JSON.stringify(text)}`);
  };

  return {
    run: async (dice, count) => {
      // A few at a time: on a busy machine more would wait for each other longer than a client waits.
      for (let sent = 0; sent < count; sent += 4)
        await Promise.all(Array.from({ length: 4 }, () => one(dice)));
      const hidden = origin.requests.find(({ line }) => line.includes('/hidden'));
      assert.equal(hidden, undefined, 'a hidden request was run');
      assert.deepEqual(gateway.bugs(), []);
    },
    close: async () => {
      await gateway.stop();
      await origin.close();
    },
  };
};
