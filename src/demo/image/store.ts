import type { DemoCaller } from '../middleware.ts';
import type { World } from '../world.ts';

export type Visibility = 'private' | 'public' | 'shared' | 'community';

/** An image, kept once for the compute and the image service. */
export interface ImageRecord {
  readonly id: string;
  name: string | null;
  owner: string;
  visibility: Visibility;
  /** Projects that a shared image is shared with. */
  readonly members: ReadonlySet<string>;
  status: 'queued' | 'active' | 'deactivated';
  protected: boolean;
  minRam: number;
  minDisk: number;
  containerFormat: string | null;
  diskFormat: string | null;
  osHidden: boolean;
  tags: string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  updatedAt: number;
  /** The custom properties: what Nova and Rackspace call the image's metadata. */
  properties: Map<string, string>;
  /** Every key the image ever had, by its lower-case form. */
  readonly spellings: Map<string, string>;
  data: Uint8Array | undefined;
}

export type ImageDraft = Pick<ImageRecord, 'id' | 'name' | 'owner' | 'visibility'> &
  Partial<Omit<ImageRecord, 'properties' | 'spellings'>> & {
    readonly properties?: Readonly<Record<string, string>>;
  };

/**
 * Makes an image with Glance's defaults for what the draft does not say, and keeps it. `undefined`: the properties
 * cannot be stored (see `writeProperties`), so there is no image.
 */
export const addImage = (world: World, draft: ImageDraft): ImageRecord | undefined => {
  const now = world.now();
  const { properties, ...given } = draft;
  const image: ImageRecord = {
    members: new Set(),
    status: 'queued',
    protected: false,
    minRam: 0,
    minDisk: 0,
    containerFormat: null,
    diskFormat: null,
    osHidden: false,
    tags: [],
    createdAt: now,
    updatedAt: now,
    data: undefined,
    ...given,
    properties: new Map(),
    spellings: new Map(),
  };
  if (!writeProperties(image, new Map(Object.entries(properties ?? {})), now)) return undefined;
  world.images.set(image.id, image);
  return image;
};

/**
 * Replaces the custom properties. `false`: nothing was written, because a key differs only by case from one that the
 * image has or ever had; the real database answers that with an error, since its collation is blind to case and
 * removed properties stay in it as deleted rows.
 */
export const writeProperties = (
  image: ImageRecord,
  next: ReadonlyMap<string, string>,
  now: number,
): boolean => {
  const added = new Map<string, string>();
  for (const key of next.keys()) {
    const folded = key.toLowerCase();
    const spelling = added.get(folded) ?? image.spellings.get(folded);
    if (spelling !== undefined && spelling !== key) return false;
    added.set(folded, key);
  }
  for (const [folded, key] of added) image.spellings.set(folded, key);
  image.properties = new Map(next);
  image.updatedAt = now;
  return true;
};

/** True when the caller may see the image at all; to all others it does not exist. */
export const maySee = (image: ImageRecord, caller: DemoCaller): boolean =>
  caller.isAdmin ||
  image.owner === caller.projectId ||
  image.visibility === 'public' ||
  image.visibility === 'community' ||
  (image.visibility === 'shared' && image.members.has(caller.projectId));

/** True when the caller may change the image. A role does not matter here: with the packages' policies a reader may. */
export const mayChange = (image: ImageRecord, caller: DemoCaller): boolean =>
  caller.isAdmin || image.owner === caller.projectId;

/**
 * The image as the caller may see it. The id may be in upper case (the database does not mind).
 * `undefined`: there is none, for this caller.
 */
export const visibleImage = (world: World, caller: DemoCaller, id: string): ImageRecord | undefined => {
  const image = world.images.get(id.toLowerCase());
  return image && maySee(image, caller) ? image : undefined;
};

/** What an image listing shows: newest first, and of community images only the caller's own. */
export const listedImages = (world: World, caller: DemoCaller): ImageRecord[] =>
  [...world.images.values()]
    .filter(
      (image) =>
        maySee(image, caller) && (image.visibility !== 'community' || image.owner === caller.projectId),
    )
    .sort((one, other) => other.createdAt - one.createdAt || (other.id < one.id ? -1 : 1));

/** The page of a list that begins behind `marker`; `undefined`: the marker is not in the list. */
export const pageOf = <T extends { readonly id: string }>(
  all: readonly T[],
  marker: string | undefined,
  limit: number,
): T[] | undefined => {
  const at = marker === undefined ? -1 : all.findIndex((item) => item.id === marker);
  if (marker !== undefined && at < 0) return undefined;
  return all.slice(at + 1, at + 1 + limit);
};
