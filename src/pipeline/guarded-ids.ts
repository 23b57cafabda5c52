import type { Params } from '../core/operation.ts';

/** Ids of images and servers as every service writes them. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * On guarded calls an id in another spelling is refused: MariaDB's collation takes `ABC` for `abc`, and Nova pastes
 * what it gets into Glance's URL (recorded from Nova 26), so the same image would be reached under a name that no
 * rule has seen.
 *
 * @returns the sentence for the caller, or `undefined` when all ids are right.
 */
export const wrongId = (params: Params): string | undefined => {
  const { imageId, serverId } = params;
  if (imageId !== undefined && !uuid.test(imageId)) return sentence('image');
  return serverId !== undefined && !uuid.test(serverId) ? sentence('server') : undefined;
};

const sentence = (what: 'image' | 'server'): string =>
  `The ${what} id in the path is not a UUID in lower case, such as d42f821e-c2d1-4796-9f07-af5ed7912d0e. Copy the id as the API shows it.`;
