import type { Outage } from '../core/ports.ts';
import { outageOf } from './http-outage.ts';

/**
 * Redis answers an error with a word of its own first (Redis serialization protocol, "Simple errors"). The server is
 * there then, so these are no outage of the network.
 */
const refusedLogin = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM']);

/** The one translation of an error of the Redis client into our word for it. */
export const redisOutageOf = (error: unknown): Outage => {
  if (!(error instanceof Error)) return 'reset';
  if (error.name === 'ReplyError') {
    const [word = ''] = error.message.split(' ', 1);
    return refusedLogin.has(word) ? 'credential' : 'status';
  }
  // The client gives its own timer's error no code and no name.
  if (error.message === 'Command timed out') return 'timeout';
  return outageOf(error);
};

/** The script is not in the server's cache: it was restarted, or this node has not seen it yet. */
export const isMissingScript = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError' && error.message.startsWith('NOSCRIPT');
