import { isObject, type Json } from '../core/json.ts';
import { metadata } from '../core/metadata.ts';
import { malformed, type Operation } from '../core/operation.ts';
import { imageAttributes } from './image-attributes.ts';
import { type PatchStep, readPatch } from './json-patch.ts';
import { foldKey, shorten } from './metadata-body.ts';

const keyOf = (step: PatchStep): string => step.path[0] ?? '';
const isProperty = (step: PatchStep): boolean => !imageAttributes.has(keyOf(step));

/** The door of `openstack image set --property` and `unset --property`: a JSON patch, applied in its order. */
export const imageUpdate: Operation = {
  name: 'image-update',
  summary: 'Changes attributes and properties of an image in Glance by JSON patch.',
  api: 'image',
  method: 'PATCH',
  path: '/images/:imageId',
  mediaTypes: [
    'application/openstack-images-v2.1-json-patch',
    'application/openstack-images-v2.0-json-patch',
  ],
  normalise(body) {
    const patch = readPatch(body);
    if (patch.kind === 'malformed' || !Array.isArray(body))
      return patch.kind === 'malformed' ? patch : malformed('');
    return {
      kind: 'normalised',
      body: body.map((entry, i) => foldEntry(entry, patch.steps[i])),
      key: undefined,
    };
  },
  intent(body, { imageId = '' }) {
    const patch = readPatch(body);
    if (patch.kind === 'malformed') return patch;
    const steps = patch.steps.filter(isProperty);
    for (const step of steps) {
      if (step.path.length > 1)
        return malformed(`The path of property "${shorten(keyOf(step))}" must have one part.`);
      if (step.op !== 'remove' && typeof step.value !== 'string') {
        return malformed(`The value of property "${shorten(keyOf(step))}" must be a string.`);
      }
    }
    return {
      kind: 'metadata',
      target: { kind: 'image', imageId },
      named: steps.map(keyOf),
      replaces: false,
      apply(before) {
        const after = metadata(Object.entries(before));
        for (const step of steps) {
          if (step.op === 'remove') delete after[keyOf(step)];
          else after[keyOf(step)] = String(step.value);
        }
        return after;
      },
    };
  },
};

/** The same patch entry with the property's name folded; attributes stay as they are. */
const foldEntry = (entry: Json, step: PatchStep | undefined): Json => {
  if (step === undefined || !isProperty(step) || !isObject(entry)) return entry;
  const pointer = `/${foldKey(keyOf(step)).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return ('op' in entry ? { ...entry, path: pointer } : { ...entry, [step.op]: pointer }) as Json;
};
