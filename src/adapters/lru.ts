import { LRUCache } from 'lru-cache';

export type { LRUCache } from 'lru-cache';

/**
 * A map that forgets what was not used longest. Bound by entries, so that a stranger's keys cannot eat the heap.
 *
 * Each entry has the size 1, because the library takes room for all of `max` at once: 20 MB of empty places for the
 * caches of a gateway that has not seen a request (ADR 13). Told a size, it grows with what it holds.
 */
export const createLru = <K extends {}, V extends {}>(max: number): LRUCache<K, V> =>
  new LRUCache<K, V>({ maxSize: max, sizeCalculation: one });

const one = (): number => 1;
