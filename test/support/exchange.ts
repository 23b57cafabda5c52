/** Exchanges for tests of stages: one as it should be, and many as they should not be. */
import fc from 'fast-check';
import type { Exchange, Headers } from '../../src/core/exchange.ts';
import type { Json } from '../../src/core/json.ts';
import { effectiveChange, type Metadata, metadata } from '../../src/core/metadata.ts';
import type { Intent, MetadataIntent } from '../../src/core/operation.ts';
import type { Fact } from '../../src/core/stage.ts';
import { operations } from '../../src/operations/index.ts';
import { lookupIn, type Mood, now, serverDetail } from './ports.ts';
import { identity } from './tokens.ts';

const imageId = 'd42f821e-c2d1-4796-9f07-af5ed7912d0e';

/** A write of one key: what most stages are made for. Frozen, since a stage must not write to it. */
export const exchange = (
  other: Partial<Exchange> = {},
  mood: Mood = 'calm',
  before: Metadata = metadata(),
): Exchange => {
  const base: Exchange = {
    requestId: 'req-00000000-0000-4000-8000-000000000000',
    method: 'POST',
    path: `/v2/images/${imageId}/metadata`,
    query: '',
    params: { imageId },
    headers: { 'x-auth-token': 'a-token', 'content-type': 'application/json' },
    clientAddress: '192.0.2.1',
    routeId: 'image-metadata-write',
    operation: operations.find(({ name }) => name === 'image-metadata-merge'),
    signal: new AbortController().signal,
    receivedAt: now,
    identity: identity(),
    caller: { token: 'a-token', projectId: 'p1' },
    body: bodyOf({ metadata: { label: 'new' } }),
    intent: writing(metadata([['label', 'new']])),
    change: async () => {
      if (whole.intent?.kind !== 'metadata') throw new Error('this request writes no metadata');
      return lookupIn(mood, effectiveChange(before, whole.intent.apply(before)));
    },
    server: async (id) => lookupIn(mood, serverDetail({ id })),
  };
  const whole: Exchange = { ...base, ...other };
  return frozen(whole);
};

const bodyOf = (value: Json) => ({ bytes: new TextEncoder().encode(JSON.stringify(value)), value });

/** The intent to bring an image's metadata to this state. */
const writing = (after: Metadata, more: Partial<MetadataIntent> = {}): MetadataIntent => ({
  kind: 'metadata',
  target: { kind: 'image', imageId },
  named: Object.keys(after),
  replaces: false,
  apply: (before) => metadata([...Object.entries(before), ...Object.entries(after)]),
  ...more,
});

/** Freezes what can be frozen: bytes and signals cannot. */
const frozen = <T extends object>(value: T): T => {
  for (const part of Object.values(value)) {
    const plain = typeof part === 'object' && part !== null && !ArrayBuffer.isView(part);
    if (plain && !(part instanceof AbortSignal)) frozen(part);
  }
  return Object.freeze(value);
};

const word = fc.oneof(
  fc.constantFrom(
    'auto_disk_config',
    'Auto_Disk_Config',
    'hw_auto_disk_config',
    'label',
    '__proto__',
    'toString',
    '',
  ),
  fc.string({ maxLength: 12, unit: 'binary' }),
);
const value = fc.oneof(fc.constantFrom('True', 'FALSE', 'DISABLED', ' disabled ', ''), word);
const map = fc.array(fc.tuple(word, value), { maxLength: 4 }).map((entries) => metadata(entries));

const metadataIntent = fc
  .tuple(map, fc.boolean(), fc.constantFrom('image', 'new-image', 'snapshot'), fc.boolean())
  .map(([after, replaces, where, removes]): MetadataIntent => {
    const target =
      where === 'image'
        ? ({ kind: 'image', imageId } as const)
        : where === 'snapshot'
          ? ({ kind: 'snapshot', serverId: imageId } as const)
          : ({ kind: 'new-image' } as const);
    const apply = replaces ? () => after : removes ? () => metadata() : writing(after).apply;
    return writing(after, { target, replaces, apply });
  });

const serverIntent = fc.record({
  kind: fc.constant('server' as const),
  action: fc.constantFrom(
    'resize',
    'confirm-resize',
    'revert-resize',
    'rebuild',
    'migrate',
    'create',
    'update',
  ),
  serverId: fc.option(fc.constant(imageId), { nil: undefined }),
  imageId: fc.option(fc.constant(imageId), { nil: undefined }),
  diskConfig: fc.option(fc.constantFrom('AUTO', 'MANUAL', 'odd', ''), { nil: undefined }),
}) satisfies fc.Arbitrary<Intent>;

const intent: fc.Arbitrary<Intent> = fc.oneof(
  metadataIntent,
  serverIntent,
  fc.constant({ kind: 'none' } as const),
);

const header = fc.oneof(
  fc.constant('a-token'),
  fc.string({ maxLength: 8 }),
  fc.array(fc.string(), { maxLength: 3 }),
);
const headers: fc.Arbitrary<Headers> = fc.dictionary(
  fc.constantFrom(
    'x-auth-token',
    'x_auth_token',
    'x-storage-token',
    'x-service-token',
    'content-type',
    'accept',
  ),
  header,
);

const someone = fc.oneof(
  fc.constant(identity()),
  fc.constantFrom(
    identity({ roles: [] }),
    identity({ roles: ['ADMIN', 'admin'] }),
    identity({ project: undefined, systemScope: 'all' }),
    identity({ project: undefined }),
    identity({ bound: true, accessRules: [] }),
  ),
);

/**
 * Requests that nobody should send but somebody will. What the runner guarantees holds: an identity, a body and an
 * intent are there for a stage that reads them; for others they may be missing.
 */
export const oddExchange = (reads: readonly Fact[], mood: Mood): fc.Arbitrary<Exchange> => {
  const perhaps = <T>(fact: Fact, arbitrary: fc.Arbitrary<T>) =>
    reads.includes(fact) ? arbitrary : fc.option(arbitrary, { nil: undefined });
  return fc
    .record({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'ODD'),
      path: fc.string({ maxLength: 40 }).map((path) => `/${path}`),
      query: fc.constantFrom('', '?', '?a=b&a=c'),
      params: fc.constantFrom(
        {},
        { imageId },
        { imageId, projectId: 'p1' },
        { serverId: imageId, projectId: 'p2' },
      ),
      headers,
      clientAddress: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('')),
      operation: fc.constantFrom(undefined, ...operations),
      identity: perhaps('identity', someone),
      body: perhaps(
        'body',
        fc.jsonValue().map((json) => bodyOf(json as Json)),
      ),
      intent: perhaps('intent', intent),
      before: map,
    })
    .map(({ before, ...parts }) => exchange(parts as Partial<Exchange>, mood, before));
};
