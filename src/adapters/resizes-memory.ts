import type { ClockPort, ResizesPort, SeenResize } from '../core/ports.ts';
import { createLru } from './lru.ts';

/** Most resizes remembered at once by one process. */
const maxResizes = 50_000;

/** The resizes that passed through this process. @param rememberMs after this time a resize counts no longer. */
export const createMemoryResizes = (clock: ClockPort, rememberMs: number): ResizesPort => {
  const byServer = createLru<string, SeenResize>(maxResizes);
  const byImage = new Map<string, Set<string>>();

  /** Servers booted from a volume stand under their project, since their image is not known. */
  const placeOf = ({ imageId, projectId }: SeenResize): string =>
    imageId === undefined ? `project ${projectId ?? ''}` : `image ${imageId}`;

  const drop = (serverId: string): void => {
    const known = byServer.get(serverId);
    if (known === undefined) return;
    byServer.delete(serverId);
    const servers = byImage.get(placeOf(known));
    servers?.delete(serverId);
    if (servers?.size === 0) byImage.delete(placeOf(known));
  };

  const at = (place: string): readonly SeenResize[] => {
    const found: SeenResize[] = [];
    for (const serverId of byImage.get(place) ?? []) {
      const resize = byServer.get(serverId);
      if (resize !== undefined && clock.now() - resize.at < rememberMs) found.push(resize);
      else drop(serverId);
    }
    return found;
  };

  return {
    async remember(resize) {
      const known = byServer.has(resize.serverId);
      drop(resize.serverId);
      byServer.set(resize.serverId, resize);
      const place = placeOf(resize);
      const servers = byImage.get(place) ?? new Set();
      byImage.set(place, servers.add(resize.serverId));
      return known ? 'known' : 'new';
    },
    async forget(serverId) {
      drop(serverId);
    },
    async ofImage(imageId, projectId) {
      return [...at(`image ${imageId}`), ...at(`project ${projectId ?? ''}`)];
    },
  };
};
