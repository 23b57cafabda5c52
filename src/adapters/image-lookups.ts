import { isObject, type Json } from '../core/json.ts';
import { metadata } from '../core/metadata.ts';
import type { ImageRecord, ImagesPort, Lookup } from '../core/ports.ts';
import { ask, type CloudApi, malformedAnswer, member } from './cloud-lookup.ts';

/**
 * Reads an image's properties, through the API that is about to change them.
 *
 * @param image Glance; `undefined` where only compute is configured.
 * @param attributes members of a Glance image that are not properties.
 */
export const createImageLookups = (
  compute: CloudApi,
  image: CloudApi | undefined,
  attributes: ReadonlySet<string>,
): ImagesPort => ({
  async image(api, imageId, caller, signal) {
    const id = encodeURIComponent(imageId);
    if (api === 'compute') return fromNova(await ask(compute, `/images/${id}/metadata`, caller, signal));
    if (image === undefined) return { kind: 'unavailable', reason: 'refused' };
    return fromGlance(await ask(image, `/images/${id}`, caller, signal), attributes);
  },
});

const fromNova = (answer: Lookup<Json>): Lookup<ImageRecord> => {
  if (answer.kind !== 'found') return answer;
  const properties = member(answer.value, 'metadata');
  if (properties === undefined) return malformedAnswer;
  return {
    kind: 'found',
    value: { metadata: metadata(Object.entries(properties).map(asText)), visibility: undefined },
  };
};

const fromGlance = (answer: Lookup<Json>, attributes: ReadonlySet<string>): Lookup<ImageRecord> => {
  if (answer.kind !== 'found') return answer;
  if (!isObject(answer.value) || typeof answer.value['id'] !== 'string') return malformedAnswer;
  const { visibility } = answer.value;
  const properties = Object.entries(answer.value).filter(
    ([name, value]) => !attributes.has(name) && value !== null,
  );
  return {
    kind: 'found',
    value: {
      metadata: metadata(properties.map(asText)),
      visibility: typeof visibility === 'string' ? visibility : undefined,
    },
  };
};

/** Nova shows `mappings` and `block_device_mapping` parsed (recorded from Nova 26); everything else is a string. */
const asText = ([key, value]: [string, unknown]): [string, string] => [
  key,
  typeof value === 'string' ? value : JSON.stringify(value),
];
