import type { ImageRecord } from '../image/store.ts';
import { writeProperties } from '../image/store.ts';
import { pythonStrip } from '../python-text.ts';
import type { World } from '../world.ts';
import type { NovaAnswer } from './call.ts';
import { fault, unexpectedError } from './call.ts';

/** Keys that Nova hands to Glance as attributes, measured on Nova 26.2.2: no error, no effect. */
const swallowed: ReadonlySet<string> = new Set(
  'name visibility owner min_ram min_disk id checksum os_hidden os_hash_algo disk_format container_format image_id remove_props'.split(
    ' ',
  ),
);
/** Glance refuses these, and Nova says that the image is not the caller's. */
const refused: ReadonlySet<string> = new Set('status direct_url created_at schema file deleted'.split(' '));
/** Glance's client refuses these, and Nova fails over it. */
const failing: ReadonlySet<string> = new Set('protected size virtual_size tags locations self'.split(' '));
/** Their values are JSON for Nova whenever it reads the image. */
const parsed: ReadonlySet<string> = new Set(['block_device_mapping', 'mappings']);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const beyondBmp = /[\u{10000}-\u{10ffff}]/u;

const isKernel = (key: string): boolean => key === 'kernel_id' || key === 'ramdisk_id';

/**
 * The properties as the compute API shows them. `undefined`: a value that Nova must parse is no JSON, and every call on
 * the image fails (the image is poisoned until it is repaired through Glance).
 */
export const shownProperties = (world: World, image: ImageRecord): Record<string, unknown> | undefined => {
  const shown: [string, unknown][] = [];
  for (const [key, value] of image.properties) {
    if (world.foldKeys || !parsed.has(key)) shown.push([key, value]);
    else {
      try {
        shown.push([key, JSON.parse(value)]);
      } catch {
        return undefined;
      }
    }
  }
  return Object.fromEntries(shown);
};

export const poisoned = (): NovaAnswer => unexpectedError('json.decoder.JSONDecodeError');

/** Rackspace folds keys to lower case; of keys that become one the last counts. */
export const foldedEntries = (world: World, entries: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(entries).map(([key, value]) => [world.foldKeys ? key.toLowerCase() : key, value]);

const refusal = (image: ImageRecord, next: ReadonlyMap<string, string>): NovaAnswer | undefined => {
  for (const [key, value] of next) {
    if (refused.has(key) || key.startsWith('os_glance_')) {
      return fault(403, `Not authorized for image ${image.id}.`);
    }
    const noKernel = isKernel(key) && value !== '' && value !== 'none' && !uuid.test(value);
    if (failing.has(key) || noKernel) return unexpectedError('TypeError');
    if (!value.isWellFormed()) return unexpectedError('glanceclient.exc.HTTPInternalServerError');
    if (beyondBmp.test(value)) return unexpectedError('nova.exception.ImageBadRequest');
  }
  return undefined;
};

/**
 * Replaces the properties the way Nova does, through Glance. A shared or community image becomes private by it.
 * `undefined`: written; an answer: refused, or (a poisoned image) written and failed nevertheless.
 */
export const replaceThroughNova = (
  world: World,
  image: ImageRecord,
  next: ReadonlyMap<string, string>,
): NovaAnswer | undefined => {
  const problem = world.foldKeys ? undefined : refusal(image, next);
  if (problem) return problem;
  const kept = [...next].filter(
    ([key, value]) =>
      world.foldKeys || !(swallowed.has(key) || (isKernel(key) && (value === '' || value === 'none'))),
  );
  // Glance cuts blanks off the key of each operation that Nova sends it, so that " a" and "a\n" write "a".
  const written = world.foldKeys ? kept : kept.map(([key, value]) => [pythonStrip(key), value] as const);
  if (!writeProperties(image, new Map(written), world.now())) {
    return unexpectedError('glanceclient.exc.HTTPInternalServerError');
  }
  if (image.visibility !== 'public') image.visibility = 'private';
  return shownProperties(world, image) ? undefined : poisoned();
};
