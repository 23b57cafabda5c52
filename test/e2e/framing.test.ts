import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { startEdge } from '../support/edge.ts';
import { brokenBodies, refused, sound } from '../support/framing-rows.ts';
import { startLenientOrigin } from '../support/lenient-origin.ts';
import { exchangeRaw, faultOf, statuses } from '../support/raw-client.ts';

for (const read of [true, false]) {
  for (const prefer of ['length', 'chunks'] as const) {
    describe(`with bodies ${read ? 'read' : 'streamed'} and an origin that prefers ${prefer}`, () => {
      const send = async (t: TestContext, bytes: string) => {
        const origin = await startLenientOrigin(t, prefer);
        const edge = await startEdge(t, { url: origin.url, read });
        const { text } = await exchangeRaw(edge.port, bytes);
        return { origin, text };
      };

      for (const [name, bytes, status = 400] of refused) {
        test(`refuses ${name}`, async (t) => {
          const { origin, text } = await send(t, bytes);
          assert.deepEqual(statuses(text), [status], text);
          assert.equal(origin.bytes(), '');
          assert.match(text, /\r\nconnection: close\r\n/i);
          assert.match(text, /\r\nx-openstack-request-id: req-/i);
          assert.match(text, /\r\nx-compute-request-id: req-/i);
          const faults = Object.values(faultOf(text));
          assert.deepEqual(
            faults.map(({ code }) => code),
            [status],
          );
        });
      }

      for (const [name, bytes] of brokenBodies) {
        test(`runs nothing of ${name}`, async (t) => {
          const { origin, text } = await send(t, bytes);
          assert.deepEqual(
            statuses(text).filter((status) => status !== 400),
            [],
            text,
          );
          assert.ok(statuses(text).length <= 1, text);
          assert.deepEqual(origin.requests, []);
        });
      }

      for (const [name, bytes, answers, runs] of sound) {
        test(`runs once ${name}`, async (t) => {
          const { origin, text } = await send(t, bytes);
          assert.deepEqual(statuses(text), answers, text);
          assert.deepEqual(origin.requests.map(({ line, body }) => [line, body]).sort(), [...runs].sort());
          for (const { head } of origin.requests) {
            assert.doesNotMatch(head, /upgrade|http2|expect|trailer|x-roles|_/i);
            assert.ok((head.match(/^(?:content-length|transfer-encoding):/gim) ?? []).length <= 1, head);
          }
        });
      }
    });
  }
}
