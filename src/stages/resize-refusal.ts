import type { ResizingServer } from './resize-scene.ts';

/** Most servers named in a refusal. */
const maxNamed = 5;

/** Names the servers of the caller's own project, their status, and what ends the conflict. */
export const refusalSentence = (
  key: string,
  servers: readonly ResizingServer[],
  projectId: string | undefined,
): string => {
  const own = servers.filter((server) => server.projectId === undefined || server.projectId === projectId);
  const named = own.slice(0, maxNamed).map((server) => `${server.id} ${server.status}`);
  if (own.length > maxNamed) named.push(`and ${own.length - maxNamed} more`);
  const others = servers.length - own.length;
  if (others > 0) named.push(`${others} of other projects`);
  const count =
    servers.length === 1
      ? '1 server built from this image is'
      : `${servers.length} servers built from this image are`;
  return `${key} cannot be changed now: ${count} being resized (${named.join(', ')}). Confirm or revert the resize, then try again.`;
};

/**
 * Milliseconds until the last of these resizes ends by itself: a resize that waits for its confirmation is confirmed
 * by Nova `resize_confirm_window` seconds after it was finished. Without such a window nobody knows: the default.
 */
export const retryAfterMs = (
  servers: readonly ResizingServer[],
  now: number,
  waits: { readonly autoConfirmMs: number; readonly defaultMs: number },
): number => {
  const { autoConfirmMs, defaultMs } = waits;
  const ends = servers.map(({ status, updatedAt }) =>
    status === 'VERIFY_RESIZE' && updatedAt !== undefined && autoConfirmMs > 0
      ? updatedAt + autoConfirmMs - now
      : defaultMs,
  );
  return Math.max(1000, ...ends);
};
