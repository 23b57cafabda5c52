import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import { effectiveChange, type Metadata, metadata } from '../../src/core/metadata.ts';
import { operations } from '../../src/operations/index.ts';
import type { DemoAnswer } from '../support/demo-call.ts';
import { callAs, type Disposed, eventually, expectCall, metadataOf, newImage } from './support/cloud.ts';
import { type LabGateway, startLabGateway } from './support/gateway.ts';
import { lab } from './support/lab.ts';

/**
 * Keys that are plain properties to Nova and Glance alike. No two differ by case only: the database of the services
 * compares without it.
 */
const keys = [
  'os_type',
  'auto_disk_config',
  'hw:vif',
  'with blank',
  'dotted.key',
  '7',
  'constructor',
] as const;
const key = fc.constantFrom(...keys);
const value = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'é', ' padded '),
  fc.string({ maxLength: 12, unit: 'grapheme-ascii' }),
);

interface Write {
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** Behind the image. */
  readonly path: string;
  readonly body: unknown;
}

/** The disk-config key takes two values only, so that policies let the write through. */
const allowedValue = (name: string, text: string): string =>
  name === 'auto_disk_config' ? (text.length % 2 === 0 ? 'True' : 'FALSE') : text;
const item = fc.tuple(key, value).map(([name, text]): [string, string] => [name, allowedValue(name, text)]);
const map = fc
  .uniqueArray(item, { selector: ([name]) => name, maxLength: 4 })
  .map(Object.fromEntries<string>);
const nova = (method: Write['method'], path = '', body?: unknown): Write => ({
  method,
  path: `/metadata${path}`,
  body,
});
const pointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const step = fc.oneof(
  item.map(([name, text]) => ({ op: 'add', path: pointer(name), value: text })),
  item.map(([name, text]) => ({ op: 'replace', path: pointer(name), value: text })),
  key.map((name) => ({ op: 'remove', path: pointer(name) })),
);

const write: fc.Arbitrary<Write> = fc.oneof(
  map.map((sent) => nova('POST', '', { metadata: sent })),
  map.map((sent) => nova('PUT', '', { metadata: sent })),
  item.map(([name, text]) => nova('PUT', `/${encodeURIComponent(name)}`, { meta: { [name]: text } })),
  key.map((name) => nova('DELETE', `/${encodeURIComponent(name)}`)),
  fc.array(step, { minLength: 1, maxLength: 4 }).map((body): Write => ({ method: 'PATCH', path: '', body })),
);

const patchType = { 'content-type': 'application/openstack-images-v2.1-json-patch' };

const send = (base: string, image: string, { method, path, body }: Write): Promise<DemoAnswer> =>
  method === 'PATCH'
    ? callAs(base, method, `/v2/images/${image}`, { body, headers: patchType })
    : callAs(base, method, `/v2.1/images/${image}${path}`, body === undefined ? {} : { body });

/** What the gateway said the request would change, from its decision line; `undefined` when no rule needed to know. */
const decided = async (
  gateway: LabGateway,
  answer: DemoAnswer,
): Promise<Record<'set' | 'changed' | 'removed', string[]> | undefined> => {
  const request = answer.headers['x-openstack-request-id'];
  const ours = (line?: Record<string, unknown>) =>
    line?.['images_gateway'] as Record<string, unknown> | undefined;
  const line = await eventually(
    `the decision of ${request}`,
    async () =>
      gateway.lines().find((each) => each['kind'] === 'decision' && ours(each)?.['request'] === request),
    (found) => found !== undefined,
    5,
  );
  return ours(line)?.['change'] as Awaited<ReturnType<typeof decided>>;
};

const kinds = {
  'POST ': 'image-metadata-merge',
  'PUT ': 'image-metadata-replace',
  'PUT key': 'image-metadata-item-set',
  'DELETE key': 'image-metadata-item-delete',
  'PATCH ': 'image-update',
} as const;

/** The state after a write as the operation of the gateway foretells it. */
const foretold = (before: Metadata, { method, path, body }: Write): Metadata => {
  const named = path.slice('/metadata/'.length);
  const kind = kinds[`${method} ${named === '' ? '' : 'key'}` as keyof typeof kinds];
  const operation = operations.find(({ name }) => name === kind);
  const params = { imageId: image.id, key: decodeURIComponent(named) };
  const intent = operation?.intent((body ?? null) as Json, params);
  assert.equal(intent?.kind, 'metadata');
  return intent.apply(before);
};

const keysOf = ({ set, changed, removed }: Record<'set' | 'changed' | 'removed', object>) =>
  [set, changed, removed].map((part) => (Array.isArray(part) ? part : Object.keys(part)).sort());

let gateway: LabGateway;
let image: Disposed;
before(async () => {
  gateway = await startLabGateway();
  image = await newImage();
});
after(async () => {
  await image[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

/** Without a prototype, since `constructor` is a key like any other. */
const current = async (): Promise<Metadata> => metadata(Object.entries(await metadataOf(image.id)));

test('the change that the gateway tells is the change that happens, for writes of every kind', async () => {
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 4 }), async (writes) => {
      await expectCall(200, lab().nova, 'PUT', `/v2.1/images/${image.id}/metadata`, {
        body: { metadata: { os_type: 'linux', auto_disk_config: 'True' } },
      });
      let state = await current();
      for (const each of writes) {
        const answer = await send(gateway.url, image.id, each);
        const next = await current();
        if (answer.status >= 400) {
          assert.deepEqual(next, state, `a refusal changes nothing: ${answer.status} ${answer.text}`);
          continue;
        }
        judged++;
        assert.deepEqual(foretold(state, each), next, JSON.stringify(each));
        const told = await decided(gateway, answer);
        if (told !== undefined) assert.deepEqual(keysOf(told), keysOf(effectiveChange(state, next)));
        state = next;
      }
    }),
    { numRuns: 30, endOnFailure: true },
  );
  assert.ok(judged > 20, `enough writes were let through to say something: ${judged}`);
});
