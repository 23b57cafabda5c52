/** Raw bytes against a running gateway that lets everything pass, in front of a careless origin. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { foldHeaderName, identityHeaderNames } from '../../src/core/identity-headers.ts';
import { startEchoOrigin } from '../../src/doctor/echo-origin.ts';
import { hostileSet } from '../../src/doctor/hostile-set.ts';
import type { SeenRequest } from '../../src/doctor/lenient-request.ts';
import { brokenBodies, refused, sound } from '../support/framing-rows.ts';
import { type Dice, mutate } from './mutations.ts';
import { startOpenGateway } from './open-gateway.ts';

const corpus: readonly string[] = [
  ...[...refused, ...brokenBodies, ...sound].map(([, bytes]) => bytes),
  ...hostileSet
    .map(({ bytes }) => bytes({ token: 'token', image: '/v2/images/d0000000-0000-4000-8000-000000000001' }))
    .filter((bytes) => bytes.length < 5000),
];

/** Writes, waits a little, says that nothing more comes. @returns whether the connection ended in time */
const exchange = (port: number, bytes: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const ending = setTimeout(() => socket.end(), 60);
    const late = setTimeout(() => done(false), 8000);
    const done = (ended: boolean): void => {
      clearTimeout(ending);
      clearTimeout(late);
      socket.destroy();
      resolve(ended);
    };
    socket
      .resume()
      .on('error', () => undefined)
      .on('close', () => done(true));
    socket.write(Buffer.from(bytes, 'latin1'));
  });

/** A request that was judged carries our `Via` and a request id; one that was smuggled cannot. */
const judged = ({ head }: SeenRequest): boolean =>
  /^via: .*images-gateway/im.test(head) && /^x-openstack-request-id: req-/im.test(head);

const flawOf = (request: SeenRequest): string | undefined => {
  if (!judged(request)) return `a request that nobody judged was run: ${request.line}`;
  const claimed = request.head
    .split('\n')
    .map((line) => foldHeaderName(line.split(':', 1)[0] ?? ''))
    .find((name) => identityHeaderNames.has(name));
  return claimed && `a header that claims an identity arrived: ${claimed}`;
};

export interface SocketTarget {
  /** Sends many at once. Throws with what was sent when something gets through, hangs or breaks. */
  run(dice: Dice, count: number): Promise<void>;
  close(): Promise<void>;
}

export const startSocketTarget = async (prefer: 'length' | 'chunks'): Promise<SocketTarget> => {
  const origin = await startEchoOrigin(prefer);
  const gateway = await startOpenGateway(origin.url);
  const { port } = gateway;

  const flawsOf = async (inputs: readonly string[]): Promise<string | undefined> => {
    const before = origin.requests.length;
    const ended = await Promise.all(inputs.map((bytes) => exchange(port, bytes)));
    if (ended.includes(false)) return 'a connection was neither answered nor closed';
    const bugs = gateway.bugs();
    if (bugs.length > 0) return `the gateway logged an error: ${JSON.stringify(bugs)}`;
    return origin.requests
      .slice(before)
      .map(flawOf)
      .find((flaw) => flaw !== undefined);
  };

  return {
    run: async (dice, count) => {
      const inputs = Array.from({ length: count }, () => mutate(dice, corpus));
      if ((await flawsOf(inputs)) === undefined) return;
      // One by one, to tell which it was.
      for (const bytes of inputs) {
        const flaw = await flawsOf([bytes]);
        assert.equal(flaw, undefined, `${flaw}\nof ${JSON.stringify(bytes)}`);
      }
      assert.fail(`only together, of ${JSON.stringify(inputs)}`);
    },
    close: async () => {
      await gateway.stop();
      await origin.close();
    },
  };
};
