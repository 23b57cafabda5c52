/** Ways round the guard of the disk-config key, at the image of a server in resize: none of them changes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { keyMatcher } from '../../src/stages/guarded-key.ts';
import { metadataOf } from '../support/disk-config-state.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { withoutLimits } from '../support/open-policies.ts';

const { images, tokens } = seedIds;
const image = images.resizing;
const item = (key: string): string => `/v2/images/${image}/metadata/${key}`;

type Row = readonly [name: string, method: string, path: string, body: string, type?: string];

const merge = (name: string, body: string, type?: string): Row => [
  name,
  'POST',
  `/v2/images/${image}/metadata`,
  body,
  ...(type === undefined ? ([] as const) : ([type] as const)),
];
const keyed = (name: string, key: string): Row => merge(name, `{"metadata":{"${key}":"FALSE"}}`);
const put = (name: string, key: string, sent: string): Row => [
  name,
  'PUT',
  item(key),
  `{"meta":{"${sent}":"FALSE"}}`,
];

const bodies: readonly Row[] = [
  keyed(
    'every letter as an escape',
    [...'auto_disk_config'].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join(''),
  ),
  keyed('full-width letters', '\\uff41\\uff55\\uff54\\uff4f_disk_config'),
  keyed('a dotless i', 'auto_d\\u0131sk_config'),
  keyed('a zero-width space', 'auto_\\u200bdisk_config'),
  keyed('a byte order mark', '\\ufeffauto_disk_config'),
  keyed('a no-break space behind', 'auto_disk_config\\u00a0'),
  keyed('a line feed behind', 'auto_disk_config\\n'),
  keyed('NUL behind', 'auto_disk_config\\u0000'),
  keyed('a blank before', ' auto_disk_config'),
  keyed('the alias in another case', 'HW_AUTO_DISK_CONFIG'),
  merge(
    'the key twice, the harmless value last',
    '{"metadata":{"auto_disk_config":"FALSE","auto_disk_config":"True"}}',
  ),
  merge(
    'two spellings, one with the value that is there',
    '{"metadata":{"auto_disk_config":"True","AUTO_DISK_CONFIG":"FALSE"}}',
  ),
  merge('the map twice', '{"metadata":{"auto_disk_config":"FALSE"},"metadata":{"label":"x"}}'),
  merge(
    'the map in another case beside it',
    '{"metadata":{"label":"x"},"Metadata":{"auto_disk_config":"FALSE"}}',
  ),
  merge(
    'the map of the other call beside it',
    '{"metadata":{"label":"x"},"meta":{"auto_disk_config":"FALSE"}}',
  ),
  merge('by the prototype', '{"metadata":{"__proto__":{"auto_disk_config":"FALSE"}}}'),
  merge('by the constructor', '{"metadata":{"constructor":{"prototype":{"auto_disk_config":"FALSE"}}}}'),
  merge('a list of maps', '{"metadata":[{"auto_disk_config":"FALSE"}]}'),
  ...['false', 'null', '0', '-0', '1e400', '1E1', '["FALSE"]', '{"a":"FALSE"}', '""'].map((value) =>
    merge(`the value ${value}`, `{"metadata":{"auto_disk_config":${value}}}`),
  ),
  merge('a value with a blank', '{"metadata":{"auto_disk_config":"FALSE "}}'),
  merge('a value in full-width letters', '{"metadata":{"auto_disk_config":"\\uff26ALSE"}}'),
  merge('as a form', 'metadata=auto_disk_config', 'application/x-www-form-urlencoded'),
  merge('as XML', '<metadata><meta key="auto_disk_config">FALSE</meta></metadata>', 'application/xml'),
  put('a key in the path, the guarded one in the body', 'label', 'auto_disk_config'),
  put('the guarded key in the path, another in the body', 'auto_disk_config', 'label'),
  put('a slash behind the key', 'auto_disk_config/', 'auto_disk_config'),
  put('a blank behind the key', 'auto_disk_config%20', 'auto_disk_config '),
  put('a key in upper case', 'AUTO_DISK_CONFIG', 'AUTO_DISK_CONFIG'),
  put('a key in full-width letters', '%EF%BD%81uto_disk_config', 'ａuto_disk_config'),
  ['a DELETE in upper case', 'DELETE', item('AUTO_DISK_CONFIG'), ''],
  ['a DELETE of the alias', 'DELETE', item('hw_auto_disk_config'), ''],
  ['a DELETE with a blank', 'DELETE', item('%20auto_disk_config'), ''],
  ['a DELETE with a body', 'DELETE', item('label'), '{"meta":{"auto_disk_config":"FALSE"}}'],
  ['a replacement with nothing', 'PUT', `/v2/images/${image}/metadata`, '{"metadata":{}}'],
];

const modern = 'application/openstack-images-v2.1-json-patch';
const older = 'application/openstack-images-v2.0-json-patch';
const patch = (name: string, body: string, type = modern): Row => [
  name,
  'PATCH',
  `/v2/images/${image}`,
  body,
  type,
];
const replacing = (name: string, pointer: string): Row =>
  patch(`Glance, ${name}`, `[{"op":"replace","path":"${pointer}","value":"FALSE"}]`);

const patches: readonly Row[] = [
  replacing('two slashes before the key', '//auto_disk_config'),
  replacing('a blank before the key', '/ auto_disk_config'),
  replacing('a next-line character behind the key', '/auto_disk_config\\u0085'),
  replacing('a file separator behind the key', '/auto_disk_config\\u001c'),
  replacing('a slash behind the key', '/auto_disk_config/'),
  replacing('a part behind the key', '/auto_disk_config/0'),
  replacing('a part before the key', '/properties/auto_disk_config'),
  replacing('escapes of JSON in the key', '/\\u0061uto_disk_config'),
  replacing('no slash', 'auto_disk_config'),
  replacing('full-width letters', '/\\uff41uto_disk_config'),
  replacing('a dotless i', '/auto_d\\u0131sk_config'),
  replacing('an accent', '/a\\u0301uto_disk_config'),
  replacing('NUL', '/auto_disk_config\\u0000'),
  replacing('the alias', '/hw_auto_disk_config'),
  replacing('another case', '/Auto_Disk_Config'),
  patch('Glance, the root', '[{"op":"replace","path":"","value":{"auto_disk_config":"FALSE"}}]'),
  patch('Glance, the empty name', '[{"op":"replace","path":"/","value":{"auto_disk_config":"FALSE"}}]'),
  patch('Glance, a move onto it', '[{"op":"move","from":"/label","path":"/auto_disk_config"}]'),
  patch('Glance, a move away', '[{"op":"move","from":"/auto_disk_config","path":"/x"}]'),
  patch('Glance, a copy', '[{"op":"copy","from":"/label","path":"/auto_disk_config"}]'),
  patch('Glance, an add over it', '[{"op":"add","path":"/auto_disk_config","value":"FALSE"}]'),
  patch('Glance, a verb in upper case', '[{"op":"REPLACE","path":"/auto_disk_config","value":"FALSE"}]'),
  patch('Glance, a verb in a list', '[{"op":["remove"],"path":"/auto_disk_config"}]'),
  patch('Glance, both dialects', '[{"op":"add","path":"/label","value":"x","remove":"/auto_disk_config"}]'),
  patch('Glance, the older dialect under the new type', '[{"remove":"/auto_disk_config"}]'),
  patch(
    'Glance, the new dialect under the older type',
    '[{"op":"remove","path":"/auto_disk_config"}]',
    older,
  ),
  patch('Glance, the older dialect', '[{"add":"/auto_disk_config","value":"FALSE"}]', older),
  patch('Glance, two paths', '[{"op":"remove","path":"/label","path":"/auto_disk_config"}]'),
  patch('Glance, no list', '{"op":"remove","path":"/auto_disk_config"}'),
  patch('Glance, a list in a list', '[[{"op":"remove","path":"/auto_disk_config"}]]'),
  patch(
    'Glance, the type of RFC 6902',
    '[{"op":"remove","path":"/auto_disk_config"}]',
    'application/json-patch+json',
  ),
  patch(
    'Glance, a harmless step first',
    '[{"op":"add","path":"/label","value":"x"},{"op":"remove","path":"/auto_disk_config"}]',
  ),
];

test('no spelling changes the guarded key of an image while a server of it is being resized', async (t) => {
  const dir = await withoutLimits(t);
  const { url, cloud } = await startTestGateway(t, { config: { policies: { dir } } });
  const isGuarded = keyMatcher('auto_disk_config');
  const guarded = async (): Promise<unknown> =>
    Object.entries(await metadataOf(cloud, image)).filter(([key]) => isGuarded(key));

  for (const [name, method, path, body, type] of [...bodies, ...patches])
    await t.test(name, async () => {
      const state = await guarded();
      const headers = type === undefined ? {} : { 'content-type': type };
      const answer = await call(method, url + path, tokens.demo, body === '' ? undefined : body, headers);
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.message}`);
      assert.deepEqual(await guarded(), state);
    });
});
