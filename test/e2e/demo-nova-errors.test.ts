import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { demoCall } from '../support/demo-call.ts';

/** Answers recorded on Nova 26.2.2: what was sent, the status, the fault's name, its message. */
let cloud: DemoCloud;
before(async () => {
  cloud = await startDemoCloud({ foldKeys: false });
});
after(() => cloud.close());

const path = (id = cloud.seed.images.protected) => `/v2.1/images/${id}/metadata`;
const post = (body: string | Uint8Array | undefined, headers: Record<string, string> = {}, target = path()) =>
  demoCall(cloud.computeUrl, 'POST', target, { token: cloud.seed.tokens.demo, body, headers });

const erred = 'The server has either erred or is incapable of performing the requested operation.';
const invalid = (field: string, value: string, rest: string) =>
  `Invalid input for field/attribute ${field}. Value: ${value}. ${rest}`;
const noKey = (key: string) => `${key} does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'`;

const bodies: readonly (readonly [body: string, message: string])[] = [
  ['nonsense', 'Malformed request body'],
  ['{"metadata":{"a":"1"}} x', 'Malformed request body'],
  ['{"metadata":{"a":"1",}}', 'Malformed request body'],
  ["{'metadata':{}}", 'Malformed request body'],
  ['{"metadata":{}}// x', 'Malformed request body'],
  ['\ufeff{"metadata":{}}', 'Malformed request body'],
  ['', "None is not of type 'object'"],
  ['null', "None is not of type 'object'"],
  ['[]', "[] is not of type 'object'"],
  ['"x"', "'x' is not of type 'object'"],
  ['1', "1 is not of type 'object'"],
  ['{}', "'metadata' is a required property"],
  ['{"Metadata":{"a":"1"}}', "'metadata' is a required property"],
  ['{"metadata":null}', invalid('metadata', 'None', "None is not of type 'object'")],
  ['{"metadata":[]}', invalid('metadata', '[]', "[] is not of type 'object'")],
  ['{"metadata":"x"}', invalid('metadata', 'x', "'x' is not of type 'object'")],
  ['{"metadata":{},"x":1}', "Additional properties are not allowed ('x' was unexpected)"],
  ['{"metadata":{"a":1}}', invalid('a', '1', "1 is not of type 'string'")],
  [
    '{"metadata":{"auto_disk_config":true}}',
    invalid('auto_disk_config', 'True', "True is not of type 'string'"),
  ],
  ['{"metadata":{"a":null}}', invalid('a', 'None', "None is not of type 'string'")],
  ['{"metadata":{"a":{}}}', invalid('a', '{}', "{} is not of type 'string'")],
  ['{"metadata":{"":"1"}}', invalid('metadata', "{'': '1'}", noKey("''"))],
  ['{"metadata":{"a/b":"1"}}', invalid('metadata', "{'a/b': '1'}", noKey("'a/b'"))],
  ['{"metadata":{"é":"1"}}', invalid('metadata', "{'é': '1'}", noKey("'é'"))],
];

test('bad bodies are refused with 400 and the words of Nova', async () => {
  for (const [body, message] of bodies) {
    const answer = await post(body);
    assert.deepEqual(answer.json, { badRequest: { code: 400, message } }, body);
    assert.equal(answer.headers['content-type'], 'application/json; charset=UTF-8');
  }
});

test('bodies that are no UTF-8, or nested too deep, are a 500', async () => {
  const deep = `{"metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`;
  for (const body of [Buffer.from('7b226d65ff227d', 'hex'), Buffer.from('\ufeff{}', 'utf16le'), deep]) {
    assert.deepEqual((await post(body)).json, { computeFault: { code: 500, message: erred } });
  }
});

test('the limits of keys and values: 255 pass, 256 do not; a final newline passes; escapes count', async () => {
  const status = async (key: string, value: string) =>
    (await post(JSON.stringify({ metadata: { [key]: value } }))).status;
  assert.deepEqual(
    [await status('k'.repeat(255), ''), await status('k'.repeat(256), ''), await status('a\n', '1')],
    [200, 400, 200],
  );
  assert.deepEqual([await status('a', 'v'.repeat(255)), await status('a', 'v'.repeat(256))], [200, 400]);
  const escaped = await post(String.raw`{"metadata":{"auto\u005fdisk_config":"True"}}`);
  assert.equal(escaped.json.metadata.auto_disk_config, 'True');
  const twice = await post('{"metadata":{"auto_disk_config":"True","auto_disk_config":"False"}}');
  assert.equal(twice.json.metadata.auto_disk_config, 'False');
});

test('characters beyond the basic plane and lone surrogates are a 500', async () => {
  const bad = await post(JSON.stringify({ metadata: { a: '\u{1f600}' } }));
  assert.match(bad.json.computeFault.message, /nova\.exception\.ImageBadRequest/);
  assert.equal((await post(String.raw`{"metadata":{"a":"\ud800"}}`)).status, 500);
});

test('a chunked body is not seen', async () => {
  const options = { token: cloud.seed.tokens.demo, body: '{"metadata":{"a":"1"}}', chunked: true };
  const answer = await demoCall(cloud.computeUrl, 'POST', path(), options);
  assert.equal(answer.json.badRequest.message, "None is not of type 'object'");
});

test('which content types are read as JSON', async () => {
  const status = async (type: string) => (await post('{"metadata":{}}', { 'content-type': type })).status;
  const read = [
    'application/json',
    'application/json; charset=latin-1',
    'application/json;',
    'application/vnd.openstack.compute+json',
    'text/plain',
    '',
  ];
  for (const type of read) assert.equal(await status(type), 200, type);
  const refused = [
    'APPLICATION/JSON',
    'text/json',
    'application/xml',
    'application/jsonx',
    'application/json, text/plain',
  ];
  for (const type of refused) assert.equal(await status(type), 415, type);
  const answer = await post('{"metadata":{}}', { 'content-type': 'nonsense' });
  assert.deepEqual(answer.json, { badMediaType: { code: 415, message: 'Unsupported Content-Type' } });
});

test('unknown images, and ids that are no UUIDs, are not found; a bad body comes before that', async () => {
  for (const id of ['00000000-0000-4000-8000-00000000dead', 'notauuid']) {
    const answer = await post('{"metadata":{}}', {}, path(id));
    assert.deepEqual(answer.json, { itemNotFound: { code: 404, message: 'Image not found.' } });
    assert.equal((await post('{"metadata":{"a":1}}', {}, path(id))).status, 400);
  }
});

test('over 114688 bytes is a 413 in plain text, before the token is looked at', async () => {
  const padded = (size: number) => `{"metadata":{}${' '.repeat(size - '{"metadata":{}}'.length)}}`;
  assert.equal((await post(padded(114_688))).status, 200);
  const answer = await demoCall(cloud.computeUrl, 'POST', path(), { body: padded(114_689) });
  assert.equal(answer.status, 413);
  assert.equal(answer.reason, 'Request Entity Too Large');
  assert.equal(answer.headers['content-type'], 'text/plain; charset=UTF-8');
  assert.match(
    answer.text,
    /^413 Request Entity Too Large\n\nRequest is too large\. Larger than max_request_body_size \(114688\)\./,
  );
});

test('a good answer carries the versions, two Vary headers and the request id twice', async () => {
  const answer = await demoCall(cloud.computeUrl, 'GET', path(), { token: cloud.seed.tokens.demo });
  assert.equal(answer.headers['openstack-api-version'], 'compute 2.1');
  assert.equal(answer.headers['x-openstack-nova-api-version'], '2.1');
  assert.equal(answer.rawHeaders.filter((name) => name.toLowerCase() === 'vary').length, 2);
  assert.equal(answer.headers['x-compute-request-id'], answer.headers['x-openstack-request-id']);
  const legacy = await demoCall(cloud.computeUrl, 'GET', path().replace('v2.1', 'v2'), {
    token: cloud.seed.tokens.demo,
  });
  assert.equal(legacy.headers['openstack-api-version'], undefined);
});
