import type { ServerRecord } from './compute/server-lifecycle.ts';
import type { Directory } from './identity/directory.ts';
import type { Token } from './identity/tokens.ts';
import type { ImageRecord } from './image/store.ts';

/** Everything the three simulated services know; they share it as one cloud does. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A new lower-case UUID. */
  readonly uuid: () => string;
  /** How long a resize or its reversal takes, in milliseconds. */
  readonly resizeMs: number;
  /** The most a list answers at once (Nova `max_limit`, Glance `api_limit_max`). */
  readonly pageSize: number;
  /**
   * True: image metadata as Rackspace's cloud keeps it, keys folded to lower case and every key a plain property.
   * False: as Nova does, case kept, some keys swallowed or refused because Glance has an attribute of that name.
   */
  readonly foldKeys: boolean;
  /** Base URLs without a slash at the end; filled in when the ports are known. */
  readonly urls: { identity: string; compute: string; image: string };
  readonly directory: Directory;
  readonly tokens: Map<string, Token>;
  readonly images: Map<string, ImageRecord>;
  readonly servers: Map<string, ServerRecord>;
}
