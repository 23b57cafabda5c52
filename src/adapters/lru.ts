import { LRUCache } from 'lru-cache';

export type { LRUCache } from 'lru-cache';

/** A map that forgets what was not used longest. Bound by entries, so that a stranger's keys cannot eat the heap. */
export const createLru = <K extends {}, V extends {}>(max: number): LRUCache<K, V> =>
  new LRUCache<K, V>({ max });
