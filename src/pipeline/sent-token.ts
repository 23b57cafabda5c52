import type { Headers } from '../core/exchange.ts';

/** The one token that the caller sent. One that is sent twice is one token; of different ones none is the caller's. */
export const sentToken = (headers: Headers): string | undefined => {
  const sent = headers['x-auth-token'] ?? headers['x-storage-token'] ?? [];
  const [token, another] = new Set((typeof sent === 'string' ? [sent] : sent).map((value) => value.trim()));
  return another === undefined ? token : undefined;
};
