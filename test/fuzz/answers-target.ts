/** Broken answers, mutated: each client gets a fault, a cut connection or its own answer, and never one of another. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { brokenAnswers } from '../support/broken-answers.ts';
import { exchangeRaw, type Received } from '../support/raw-client.ts';
import { type Dice, mutate } from './mutations.ts';
import { startOpenGateway } from './open-gateway.ts';
import type { SocketTarget } from './socket-target.ts';

const sound = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc';
const corpus: readonly string[] = [
  ...brokenAnswers.map(([, bytes]) => bytes),
  sound,
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n0\r\nX-T: t\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20) + sound,
  `HTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 3\r\n\r\n${sound}`,
  'HTTP/1.1 200 OK\r\nConnection: x-openstack-request-id, content-length\r\nContent-Length: 3\r\n\r\nabc',
  'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc',
].filter((bytes) => bytes !== '' && bytes.length < 5000);

/** Whose answer it is stands in every body: `abc` becomes the number of the request. */
const signed = (bytes: string, sign: string): string => bytes.replaceAll('abc', sign);

/** All that goes to `/sound/...` is answered well; the rest gets the bytes that its path stands for. */
const startOrigin = async (answers: ReadonlyMap<string, { bytes: string; end: number }>) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    let rest = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      rest += chunk;
      for (;;) {
        const end = rest.indexOf('\r\n\r\n');
        if (end === -1) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(rest.slice(0, end))?.[1] ?? 0);
        if (rest.length < end + 4 + length) return;
        const path = rest.split(' ', 2)[1] ?? '';
        rest = rest.slice(end + 4 + length);
        const found = answers.get(path);
        socket.write(Buffer.from(found?.bytes ?? signed(sound, path.slice(-3)), 'latin1'));
        if (found?.end === 1) socket.end();
        if (found?.end === 2) setTimeout(() => socket.resetAndDestroy(), 2);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** The sign at the beginning of a body, behind the size of its first chunk if it has chunks. */
const signIn = (text: string): string | undefined => {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const plain = /\r\ntransfer-encoding: chunked/i.test(head) ? body.replace(/^[0-9a-f]+\r\n/, '') : body;
  return /^\d{3}/.exec(plain)?.[0];
};

const ways = [
  (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  (path: string) => `HEAD ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  (path: string) => `DELETE ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx`,
  (path: string) => `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx`,
] as const;

export const startAnswersTarget = async (): Promise<SocketTarget> => {
  const answers = new Map<string, { bytes: string; end: number }>();
  const origin = await startOrigin(answers);
  const gateway = await startOpenGateway(origin.url, 150);
  let turn = 99;

  const one = async (dice: Dice): Promise<void> => {
    turn = turn === 999 ? 100 : turn + 1;
    const sign = String(turn);
    const way = ways[dice(ways.length)] as (typeof ways)[number];
    const bytes = signed(dice(4) === 0 ? (corpus[dice(corpus.length)] ?? '') : mutate(dice, corpus), sign);
    answers.set(`/broken/${sign}`, { bytes, end: dice(3) });
    const told = (what: string, { text }: Received) =>
      `${what}\nof ${way(`/broken/${sign}`).split(' ', 1)} and ${JSON.stringify(bytes)}\nanswered ${JSON.stringify(text)}`;

    const broken = await exchangeRaw(gateway.port, way(`/broken/${sign}`));
    const statuses = [...broken.text.matchAll(/(?:^|\n)HTTP\/1\.1 (\d{3})/g)].map(([, status]) =>
      Number(status),
    );
    assert.ok(broken.reset || (statuses[0] ?? 0) >= 200, told('neither a final answer nor a cut', broken));
    const others = signIn(broken.text) ?? sign;
    assert.equal(others, sign, told('the answer of another request', broken));

    const after = await exchangeRaw(gateway.port, ways[0](`/sound/${sign}`));
    assert.match(
      after.text,
      new RegExp(`^HTTP/1.1 200 [^]*\\r\\n\\r\\n${sign}$`),
      told('the next answer is wrong', after),
    );
  };

  return {
    run: async (dice, count) => {
      // A few at a time: on a busy machine more would wait for each other longer than a client waits.
      for (let sent = 0; sent < count; sent += 4)
        await Promise.all(Array.from({ length: 4 }, () => one(dice)));
      assert.deepEqual(gateway.bugs(), []);
    },
    close: async () => {
      await gateway.stop();
      await origin.close();
    },
  };
};
