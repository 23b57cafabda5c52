/** Properties of everything that reads what strangers write, for runs without end. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { configSchema } from '../../src/config/schema.ts';
import { fieldsOf } from '../../src/core/header-list.ts';
import { foldHeaderName, identityHeaderNames } from '../../src/core/identity-headers.ts';
import type { Json } from '../../src/core/json.ts';
import { checkYaml } from '../../src/files/check.ts';
import { pointerParts, readPatch } from '../../src/operations/json-patch.ts';
import { canonicalTarget } from '../../src/pipeline/canonical-path.ts';
import { parseForwarded } from '../../src/pipeline/forwarded.ts';
import { cleanRequestHeaders } from '../../src/pipeline/request-headers.ts';
import { parseStrictJson } from '../../src/pipeline/strict-json.ts';
import { validConfig } from '../support/config-file.ts';
import { mutationsOf } from '../support/mutations.ts';

export interface Target {
  readonly name: string;
  readonly property: fc.IRawProperty<unknown>;
}

const pieces = (...parts: string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...parts) }, fc.string({ maxLength: 3 })), {
      maxLength: 14,
    })
    .map((list) => list.join(''));

const target = pieces(
  ...['/', '//', '.', '..', '%2e', '%2f', '%5c', '%00', '%0a', '%c3%bc', '%ff', '%', ';', '\\', '#', '?'],
  ...[
    'v2',
    'images',
    'metadata',
    '.json',
    '_method=',
    '%5f',
    'http://a',
    '%25',
    '%3f',
    'd0000000-0000-4000-8000-000000000001',
  ],
);

const paths = fc.property(target, (raw) => {
  const result = canonicalTarget(raw);
  if (result.kind === 'refused') return;
  assert.equal(result.path + result.query, raw.endsWith('?') && result.query === '' ? raw.slice(0, -1) : raw);
  assert.equal(new URL(`http://a${result.path}`).pathname, result.path);
  for (const segment of result.segments) {
    assert.ok(segment !== '.' && segment !== '..' && segment !== '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(segment, /[/\\;?#\x00-\x1f\x7f]/);
  }
  // Readers split first and decode then, whichever of the two separators they know.
  for (const pair of result.query.slice(1).split(/[&;]/)) {
    const octets = (pair.split('=', 1)[0] ?? '').replaceAll(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    assert.notEqual(octets.toLowerCase(), '_method');
  }
});

const jsonText = pieces(
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"a"',
  '"\\u0061"',
  '"__proto__"',
  '"',
  '\\',
  '\\ud800',
  '1',
  '-',
  '.',
  'e9',
  '0',
  'true',
  'null',
  ' ',
  '\ufeff',
);

const strictJson = fc.property(
  fc.oneof(
    jsonText.map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 40 }),
  ),
  (bytes) => {
    const result = parseStrictJson(bytes);
    if (result.kind !== 'ok') return;
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    assert.deepEqual(result.value, JSON.parse(text));
    assert.doesNotMatch(JSON.stringify(result.value), /"__proto__":/);
  },
);

const headerName = fc.oneof(
  fc
    .tuple(fc.constantFrom(...identityHeaderNames), fc.infiniteStream(fc.boolean()))
    .map(([name, flips]) =>
      [...name]
        .map((letter) =>
          (flips.next().value ? letter.toUpperCase() : letter).replace('-', flips.next().value ? '_' : '-'),
        )
        .join(''),
    ),
  fc.constantFrom(
    'Host',
    'Connection',
    'Via',
    'Forwarded',
    'X-Forwarded-For',
    'X_Forwarded_For',
    'Content-Type',
    'X-Auth-Token',
    '__proto__',
    'constructor',
    'TE',
  ),
);
const headerValue = fc.oneof(
  pieces('close', ', ', 'x-roles', 'X_ROLES', 'for=', '"', '10.0.0.1', 'unknown', ';', 'https', 'a'),
  fc.string({ maxLength: 10 }),
);

const headers = fc.property(
  fc.array(fc.tuple(headerName, headerValue), { maxLength: 12 }),
  fc.boolean(),
  (fields, isTrusted) => {
    const result = cleanRequestHeaders(['Host', 'a', ...fields.flat()], {
      address: '10.0.0.1',
      encrypted: false,
      httpVersion: '1.1',
      trusted: (address) => isTrusted && address.startsWith('10.'),
    });
    if (result.kind === 'refused') return;
    for (const name of [...Object.keys(fieldsOf(result.forward)), ...Object.keys(result.seen)]) {
      assert.ok(!identityHeaderNames.has(foldHeaderName(name)), name);
      assert.equal(name, name.toLowerCase());
    }
    assert.equal(fieldsOf(result.forward)['connection'], undefined);
    if (!isTrusted) assert.equal(result.clientAddress, '10.0.0.1');
  },
);

const forwarded = fc.property(
  pieces('for', '=', '"', '[', ']', ':', ';', ',', ' ', '192.0.2.1', '2001:db8::1', '\\', 'unknown', '_x'),
  (text) => {
    for (const { from } of parseForwarded(text) ?? [])
      assert.match(from ?? 'unknown', /^([0-9a-fA-F:.]+|unknown)$/);
  },
);

const pointer = pieces('/', '~', '~0', '~1', '//', ' ', '\u0085', 'tags', '-', 'auto_disk_config', '0');
const step = fc.oneof(
  fc.record(
    {
      op: fc.oneof(fc.constantFrom('add', 'replace', 'remove', 'test', 'move'), fc.jsonValue()),
      path: fc.oneof(pointer, fc.jsonValue()),
      value: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(
    fc.constantFrom('add', 'replace', 'remove', 'op', 'path', 'value'),
    fc.oneof(pointer, fc.jsonValue()),
  ),
  fc.jsonValue(),
);
const jsonPatch = fc.property(fc.oneof(fc.array(step, { maxLength: 4 }), fc.jsonValue()), (body) => {
  const result = readPatch(body as Json);
  if (result.kind === 'malformed') return assert.ok(result.message.length > 0);
  for (const { path } of result.steps) {
    const written = path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    assert.deepEqual(pointerParts(written), path);
  }
});

const yaml = fc.property(
  fc.oneof(
    mutationsOf(validConfig),
    pieces(
      'version: 1\n',
      '- ',
      '  ',
      'a: ',
      '&a ',
      '*a',
      '!!js ',
      '{',
      '}',
      '[',
      ']',
      '|\n',
      '<<: ',
      '? ',
      '---\n',
      '"',
      '\t',
    ),
  ),
  (text) => {
    const { checked, problems } = checkYaml('f.yaml', text, configSchema);
    assert.ok(checked !== undefined || problems.length > 0);
    for (const { message, place } of problems) assert.ok(message.length > 0 && place.line >= 1);
  },
);

export const parserTargets: readonly Target[] = [
  { name: 'canonical paths', property: paths },
  { name: 'strict JSON', property: strictJson },
  { name: 'request headers', property: headers },
  { name: 'Forwarded', property: forwarded },
  { name: 'JSON patch', property: jsonPatch },
  { name: 'YAML files', property: yaml },
];
