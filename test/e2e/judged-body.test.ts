import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { metadata } from '../support/disk-config-doors.ts';
import { call, startTestGateway } from '../support/gateway.ts';

const { tokens, images } = seedIds;
const good = '{"metadata":{"label":"x"}}';
const json = { 'content-type': 'application/json' };

interface Row {
  readonly name: string;
  readonly status: number;
  readonly message: RegExp;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const rows: readonly Row[] = [
  { name: 'no content type', status: 415, message: /Send Content-Type: application\/json/, headers: {} },
  {
    name: 'plain text, which Nova reads as JSON',
    status: 415,
    message: /content type/,
    headers: { 'content-type': 'text/plain' },
  },
  {
    name: 'another charset',
    status: 415,
    message: /charset=utf-8/,
    headers: { 'content-type': 'application/json; charset=latin-1' },
  },
  {
    name: 'two content types in one',
    status: 415,
    message: /content type/,
    headers: { 'content-type': 'application/json, text/plain' },
  },
  {
    name: 'a content coding',
    status: 415,
    message: /Content-Encoding/,
    headers: { ...json, 'content-encoding': 'gzip' },
    body: gzipSync(good),
  },
  {
    name: 'a body larger than the route allows',
    status: 413,
    message: /65536 bytes/,
    body: `{"metadata":{"a":"${'x'.repeat(70_000)}"}}`,
  },
  { name: 'no body', status: 400, message: /no body/, body: '' },
  { name: 'text that is no JSON', status: 400, message: /JSON/i, body: '{"metadata":' },
  {
    name: 'a name that stands twice',
    status: 400,
    message: /auto_disk_config/,
    body: '{"metadata":{"auto_disk_config":"TRUE","auto_disk_config":"DISABLED"}}',
  },
  {
    name: 'a name that stands twice, once with an escape',
    status: 400,
    message: /twice|stands/,
    body: '{"metadata":{"a":"1","\\u0061":"2"}}',
  },
  {
    name: 'the member metadata twice',
    status: 400,
    message: /metadata/,
    body: '{"metadata":{"a":"1"},"metadata":{"b":"2"}}',
  },
  { name: '__proto__', status: 400, message: /__proto__/, body: '{"metadata":{"__proto__":"x"}}' },
  {
    name: 'invalid UTF-8',
    status: 400,
    message: /UTF-8/,
    body: Buffer.from('7b226d65746164617461223a7b2261223a22ff227d7d', 'hex'),
  },
  { name: 'UTF-16', status: 400, message: /./, body: Buffer.from(good, 'utf16le') },
  { name: 'a byte order mark', status: 400, message: /byte order mark/i, body: `\ufeff${good}` },
  { name: 'a lone surrogate', status: 400, message: /surrogate/, body: '{"metadata":{"a":"\\ud800"}}' },
  { name: 'deep nesting', status: 400, message: /deep|levels/, body: `${'['.repeat(200)}${']'.repeat(200)}` },
  { name: 'bytes behind the JSON', status: 400, message: /./, body: `${good}{}` },
  {
    name: 'a key that poisons the image',
    status: 400,
    message: /\/metadata\/mappings: .*every later read/,
    body: '{"metadata":{"mappings":"x"}}',
  },
  {
    name: 'a key on which Nova fails',
    status: 400,
    message: /\/metadata\/size: /,
    body: '{"metadata":{"size":"1"}}',
  },
  {
    name: 'a key that ends in a newline',
    status: 400,
    message: /a key has 1 to 255/,
    body: '{"metadata":{"a\\n":"1"}}',
  },
  {
    name: 'a value that Glance cannot store',
    status: 400,
    message: /emoji/,
    body: '{"metadata":{"a":"\u{1F600}"}}',
  },
  { name: 'a kernel that is no image', status: 400, message: /UUID/, body: '{"metadata":{"kernel_id":"x"}}' },
];

for (const { name, status, message, headers = json, body = good } of rows) {
  test(`${name}: ${status}, with a sentence, and nothing reaches the service behind`, async (t) => {
    const { url, cloud } = await startTestGateway(t);
    const response = await fetch(url + metadata(images.ubuntu), {
      method: 'POST',
      headers: { 'x-auth-token': tokens.demo, ...headers },
      body: Buffer.from(body),
    });
    assert.equal(response.status, status);
    const [fault] = Object.values(
      (await response.json()) as Record<string, { code: number; message: string }>,
    );
    assert.equal(fault?.code, status);
    assert.match(fault?.message ?? '', message);
    assert.equal(response.headers.get('retry-after'), null);
    assert.equal(cloud.requests.compute.total, 0);
  });
}

test('a chunked body, which Nova ignores, is judged and forwarded with its length', async (t) => {
  const { url, cloud } = await startTestGateway(t);
  const status = await new Promise<number>((resolve, reject) => {
    const req = request(url + metadata(images.ubuntu), {
      method: 'POST',
      headers: { 'x-auth-token': tokens.demo, ...json },
    });
    req.on('response', (res) => resolve(res.resume().statusCode ?? 0)).on('error', reject);
    req.write(good.slice(0, 10));
    req.end(good.slice(10));
  });
  assert.equal(status, 200);
  const forwarded = cloud.requests.compute.recent.find(({ method }) => method === 'POST');
  assert.equal(forwarded?.headers['content-length'], String(good.length));
  assert.equal(forwarded?.headers['transfer-encoding'], undefined);
});

test('a call without a body that carries one is refused', async (t) => {
  const { url } = await startTestGateway(t);
  const answer = await call('DELETE', `${url + metadata(images.ubuntu)}/label`, tokens.demo, good);
  assert.equal(answer.status, 400);
  assert.match(answer.message, /no body/);
});
