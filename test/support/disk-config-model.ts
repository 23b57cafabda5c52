import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import { type Metadata, metadata } from '../../src/core/metadata.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { operations } from '../../src/operations/index.ts';
import { type Answer, call } from './gateway.ts';

/** What random callers do, through the gateway, to images and servers of the demo cloud. */
export type Act =
  | {
      readonly kind: 'merge' | 'replace';
      readonly image: string;
      readonly items: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'set'; readonly image: string; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly image: string; readonly key: string }
  | { readonly kind: 'patch'; readonly image: string; readonly steps: readonly PatchStep[] }
  | { readonly kind: 'resize' | 'confirm' | 'revert'; readonly server: string };

interface PatchStep {
  readonly op: 'add' | 'replace' | 'remove';
  readonly key: string;
  readonly value: string;
}

const { images, servers, tokens } = seedIds;

/** Spellings that name, or try to name without saying so, the guarded key. */
export const guardedSpellings = [
  'auto_disk_config',
  'Auto_Disk_Config',
  'AUTO_DISK_CONFIG',
  ' auto_disk_config',
  'auto_disk_config ',
  'hw_auto_disk_config',
  'HW_auto_disk_config',
] as const;

const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...guardedSpellings) },
  { weight: 2, arbitrary: fc.constantFrom('os_type', 'label', 'Owner', 'a.json') },
);
const value = fc.constantFrom('TRUE', 'FALSE', 'true', 'False', 'DISABLED', 'disabled ', 'x');
const image = fc.constantFrom(images.ubuntu, images.resizing, images.disabled);
const step = fc.record({ op: fc.constantFrom('add', 'replace', 'remove'), key, value });

type Write = Exclude<Act, { kind: 'resize' | 'confirm' | 'revert' }>;

export const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('merge', 'replace'),
    image,
    items: fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true }),
  }),
  fc.record({ kind: fc.constant('set'), image, key, value }),
  fc.record({ kind: fc.constant('delete'), image, key }),
  fc.record({ kind: fc.constant('patch'), image, steps: fc.array(step, { minLength: 1, maxLength: 3 }) }),
);

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: write },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('resize', 'confirm', 'revert'),
      server: fc.constantFrom(servers.web, servers.resized),
    }),
  },
);

const pointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
const actionBodies = {
  resize: { resize: { flavorRef: '2' } },
  confirm: { confirmResize: null },
  revert: { revertResize: null },
};
const operationNames = {
  merge: 'image-metadata-merge',
  replace: 'image-metadata-replace',
  set: 'image-metadata-item-set',
  delete: 'image-metadata-item-delete',
  patch: 'image-update',
} as const;

/** The JSON body of an act; `undefined` for one without. */
const bodyOf = (one: Act): Json | undefined => {
  switch (one.kind) {
    case 'merge':
    case 'replace':
      return { metadata: one.items };
    case 'set':
      return { meta: { [one.key]: one.value } };
    case 'delete':
      return undefined;
    case 'patch':
      return one.steps.map(({ op, key: name, value: text }) => ({
        op,
        path: pointer(name),
        ...(op === 'remove' ? {} : { value: text }),
      }));
    default:
      return actionBodies[one.kind];
  }
};

/** What the gateway says the metadata will be after a write; `undefined`: it refuses the write. */
export const foretold = (one: Write, before: Metadata): Metadata | undefined => {
  const operation = operations.find(({ name }) => name === operationNames[one.kind]);
  const params = { imageId: one.image, ...('key' in one ? { key: one.key } : {}) };
  const intent = operation?.intent(bodyOf(one) ?? null, params);
  return intent?.kind === 'metadata' ? intent.apply(metadata(Object.entries(before))) : undefined;
};

/** Does it, as the member of project demo. @param base the compute or gateway address; Glance calls go to `glance`. */
export const perform = (base: string, one: Act, glance: string = base): Promise<Answer> => {
  const body = bodyOf(one);
  switch (one.kind) {
    case 'merge':
      return call('POST', `${base}/v2/images/${one.image}/metadata`, tokens.demo, body);
    case 'replace':
      return call('PUT', `${base}/v2/images/${one.image}/metadata`, tokens.demo, body);
    case 'set':
    case 'delete': {
      const url = `${base}/v2/images/${one.image}/metadata/${encodeURIComponent(one.key)}`;
      return call(one.kind === 'set' ? 'PUT' : 'DELETE', url, tokens.demo, body);
    }
    case 'patch': {
      const type = 'application/openstack-images-v2.1-json-patch';
      return call('PATCH', `${glance}/v2/images/${one.image}`, tokens.demo, body, { 'content-type': type });
    }
    default:
      return call('POST', `${base}/v2/servers/${one.server}/action`, tokens.demo, body);
  }
};
