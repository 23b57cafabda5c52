/** Maps that forget what was not used longest. Always made with `max`, so that a stranger's keys cannot eat the heap. */
export { LRUCache } from 'lru-cache';
