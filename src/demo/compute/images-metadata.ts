import type { ImageRecord } from '../image/store.ts';
import { mayChange, visibleImage } from '../image/store.ts';
import { objectAt } from '../plain-json.ts';
import type { NovaAnswer, NovaCall, NovaHandler } from './call.ts';
import { fault, ok, param } from './call.ts';
import { foldedEntries, poisoned, replaceThroughNova, shownProperties } from './image-properties.ts';
import { schemaError } from './json-schema.ts';
import { metaBody, metadataBody } from './schemas.ts';

/** Nova's quota `metadata_items`. */
export const metadataItems = 128;

/**
 * The image that a compute call names. Nova pastes the id into Glance's URL as it is: what stands behind a question
 * mark or hash is not part of the id there, and a newline is lost.
 */
export const namedImage = (call: NovaCall): ImageRecord | undefined => {
  const [id = ''] = param(call, 'id').split(/[?#\n]/, 1);
  return visibleImage(call.world, call.caller, id);
};

export const imageNotFound = (): NovaAnswer => fault(404, 'Image not found.');

const wholeMap = (call: NovaCall, image: ImageRecord): NovaAnswer => {
  const shown = shownProperties(call.world, image);
  return shown ? ok({ metadata: shown }) : poisoned();
};

/** Reads the image for a change; the poisoned one fails already here. */
const readImage = (call: NovaCall): ImageRecord | NovaAnswer => {
  const image = namedImage(call);
  if (!image) return imageNotFound();
  return shownProperties(call.world, image) ? image : poisoned();
};

const isRecord = (found: ImageRecord | NovaAnswer): found is ImageRecord => 'properties' in found;

/** The quota comes before the right to write, as in Nova. */
const write = (
  call: NovaCall,
  image: ImageRecord,
  next: ReadonlyMap<string, string>,
): NovaAnswer | undefined => {
  if (next.size > metadataItems) return fault(403, 'Image metadata limit exceeded');
  if (!mayChange(image, call.caller)) return fault(403, `Not authorized for image ${image.id}.`);
  return replaceThroughNova(call.world, image, next);
};

const keyOf = (call: NovaCall): string =>
  call.world.foldKeys ? param(call, 'key').toLowerCase() : param(call, 'key');

const entriesOf = (call: NovaCall, member: string): [string, string][] =>
  foldedEntries(call.world, objectAt(call.body, member) as Record<string, string>);

export const listMetadata: NovaHandler = (call) => {
  const image = namedImage(call);
  return image ? wholeMap(call, image) : imageNotFound();
};

export const showMetadata: NovaHandler = (call) => {
  const image = namedImage(call);
  if (!image) return imageNotFound();
  const shown = shownProperties(call.world, image);
  if (!shown) return poisoned();
  const key = keyOf(call);
  return Object.hasOwn(shown, key)
    ? ok({ meta: { [key]: shown[key] } })
    : fault(404, 'The resource could not be found.');
};

/** `POST` merges into what is there, `PUT` replaces it. */
const writeMap =
  (replaces: boolean): NovaHandler =>
  (call) => {
    const wrong = schemaError(metadataBody, call.body);
    if (wrong !== undefined) return fault(400, wrong);
    const image = readImage(call);
    if (!isRecord(image)) return image;
    const next = new Map(replaces ? [] : image.properties);
    for (const [key, value] of entriesOf(call, 'metadata')) next.set(key, value);
    return write(call, image, next) ?? wholeMap(call, image);
  };

export const mergeMetadata = writeMap(false);
export const replaceMetadata = writeMap(true);

export const putMetadata: NovaHandler = (call) => {
  const wrong = schemaError(metaBody, call.body);
  if (wrong !== undefined) return fault(400, wrong);
  const key = keyOf(call);
  const entry = entriesOf(call, 'meta').find(([name]) => name === key);
  if (!entry) return fault(400, 'Request body and URI mismatch');
  const image = readImage(call);
  if (!isRecord(image)) return image;
  return write(call, image, new Map(image.properties).set(...entry)) ?? ok({ meta: { [key]: entry[1] } });
};

export const deleteMetadata: NovaHandler = (call) => {
  const image = readImage(call);
  if (!isRecord(image)) return image;
  const key = keyOf(call);
  if (!image.properties.has(key)) return fault(404, 'Invalid metadata key');
  const next = new Map(image.properties);
  next.delete(key);
  return write(call, image, next) ?? { status: 204 };
};
