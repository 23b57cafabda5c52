import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldHeaderName, identityHeaderNames } from '../../src/core/identity-headers.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { startTestGateway } from '../support/gateway.ts';
import { withoutLimits } from '../support/open-policies.ts';
import { exchangeRaw, oneAnswer } from '../support/raw-client.ts';
import { rawJson, startRawOrigin } from '../support/raw-origin.ts';

/** What no upstream may ever see. */
const lie = 'claimed-by-the-client';

const names = [...identityHeaderNames, 'x-delegated', 'x-service-roles', 'x-policy-flag'];

/** A name in any case, each dash perhaps an underscore. */
const spelled = fc.constantFrom(...names).chain((name) =>
  fc
    .array(fc.constantFrom('lower', 'upper', 'underscore'), {
      minLength: name.length,
      maxLength: name.length,
    })
    .map((how) =>
      [...name]
        .map((letter, at) => {
          if (letter === '-') return how[at] === 'underscore' ? '_' : '-';
          return how[at] === 'upper' ? letter.toUpperCase() : letter;
        })
        .join(''),
    ),
);
const blank = fc.constantFrom('', ' ', '\t', '  ');
const claim = fc
  .tuple(spelled, blank, blank)
  .map(([name, before, behind]) => `${name}:${before}${lie}${behind}`);
/** `Connection` may name what the client wants removed on the way: our own headers, say. */
const connection = fc.option(
  fc.array(fc.oneof(spelled, fc.constantFrom('close', 'keep-alive', 'x-other')), {
    minLength: 1,
    maxLength: 3,
  }),
  { nil: undefined, freq: 4 },
);

interface Kind {
  readonly name: string;
  readonly line: string;
  readonly token?: string;
  /** Whether the request may reach the upstream. */
  readonly forwarded: boolean;
}
const image = seedIds.images.ubuntu;
const kinds: readonly Kind[] = [
  { name: 'a public route', line: 'GET /', forwarded: true },
  {
    name: 'an authenticated read',
    line: `GET /images/${image}`,
    token: seedIds.tokens.demo,
    forwarded: true,
  },
  { name: 'the default route', line: 'GET /os-keypairs', token: seedIds.tokens.demo, forwarded: true },
  {
    name: 'a guarded write',
    line: `DELETE /v2/images/${image}/metadata/label`,
    token: seedIds.tokens.reader,
    forwarded: false,
  },
  { name: 'a call without token', line: `GET /images/${image}`, forwarded: false },
  { name: 'a call with a bad token', line: `GET /images/${image}`, token: 'bad', forwarded: false },
];

test('nothing that a client claims of an identity reaches the upstream, however spelled, on any route', async (t) => {
  const origin = await startRawOrigin(t, (socket) => socket.write(rawJson('200 OK', {})));
  const upstream = { url: origin.origin, api: '/v2', timeoutMs: 5000, connections: 8 };
  const dir = await withoutLimits(t);
  const gateway = await startTestGateway(t, {
    config: { upstreams: { compute: upstream, image: upstream }, policies: { dir } },
  });
  const port = Number(new URL(gateway.url).port);
  const seen = new Set<string>();

  const property = fc.asyncProperty(
    fc.constantFrom(...kinds),
    fc.array(claim, { minLength: 1, maxLength: 6 }),
    connection,
    async (kind, claims, named) => {
      const before = origin.requests.length;
      const head = [
        `${kind.line} HTTP/1.1`,
        'Host: gateway',
        ...(kind.token === undefined ? [] : [`X-Auth-Token: ${kind.token}`]),
        ...claims,
        ...(named === undefined ? [] : [`Connection: ${named.join(', ')}`]),
      ];
      const { text } = await exchangeRaw(port, `${head.join('\r\n')}\r\n\r\n`, oneAnswer);
      const status = Number(text.slice(9, 12));
      assert.notEqual(status, 500);
      const reached = origin.requests.slice(before);
      if (!kind.forwarded) assert.deepEqual(reached, []);
      // Naming one of our headers in `Connection` is refused; everything else goes through, cleaned.
      if (kind.forwarded && named === undefined) assert.equal(reached.length, 1, text);
      for (const request of reached) {
        seen.add(kind.name);
        assert.ok(!request.includes(lie), request);
        const told = namesIn(request).filter((name) => identityHeaderNames.has(foldHeaderName(name)));
        assert.equal(new Set(told.map(foldHeaderName)).size, told.length, 'each header once');
        if (kind.token === undefined) assert.deepEqual(told, []);
        else assert.ok(told.includes('x-user-id') && told.includes('x-roles'), request);
      }
    },
  );
  await fc.assert(property, { numRuns: 400 });
  assert.deepEqual(
    [...seen].sort(),
    kinds
      .filter(({ forwarded }) => forwarded)
      .map(({ name }) => name)
      .sort(),
  );
});

const namesIn = (request: string): string[] =>
  request
    .slice(0, request.indexOf('\r\n\r\n'))
    .split('\r\n')
    .slice(1)
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
