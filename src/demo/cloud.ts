import { randomUUID } from 'node:crypto';
import { computeApp } from './compute/app.ts';
import { identityApp } from './identity/app.ts';
import { imageApp } from './image/app.ts';
import type { Listener } from './listener.ts';
import { listen } from './listener.ts';
import type { RequestLog } from './request-log.ts';
import { RequestMemory } from './request-log.ts';
import { seedCloud } from './seed-cloud.ts';
import { seedDirectory, seedTokens } from './seed-identity.ts';
import type { DemoSeed } from './seed-ids.ts';
import { seedIds } from './seed-ids.ts';
import type { World } from './world.ts';

export type DemoService = 'identity' | 'compute' | 'image';

export interface DemoCloudOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly ports?: { readonly identity?: number; readonly compute?: number; readonly image?: number };
  /** True (default): metadata keys as Rackspace keeps them, in lower case. False: as Nova. */
  readonly foldKeys?: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** How long a resize or its reversal takes, in milliseconds; default 1500, 0: no time at all. */
  readonly resizeMs?: number;
  /** Makes ids of new images, servers and tokens. */
  readonly uuid?: () => string;
  /** The most that a list answers at once; default 1000. */
  readonly pageSize?: number;
}

export interface DemoCloud {
  /** Base URLs without a slash at the end. */
  readonly identityUrl: string;
  readonly computeUrl: string;
  readonly imageUrl: string;
  readonly seed: DemoSeed;
  /** What each service received. */
  readonly requests: Readonly<Record<DemoService, RequestLog>>;
  close(): Promise<void>;
}

/**
 * Starts a small cloud in memory: identity (Keystone v3 and v2.0), compute (Nova's images and servers) and image
 * (Glance v2), each on a port of its own, over one set of users, images and servers. It imitates what the real
 * services were seen to do, laxities included, and is reached over HTTP only.
 *
 * @throws Node's own error when a port cannot be listened on (`EADDRINUSE`); nothing is left running then.
 */
export const startDemoCloud = async (options: DemoCloudOptions = {}): Promise<DemoCloud> => {
  const world: World = {
    now: options.now ?? Date.now,
    uuid: options.uuid ?? randomUUID,
    resizeMs: options.resizeMs ?? 1500,
    pageSize: options.pageSize ?? 1000,
    foldKeys: options.foldKeys ?? true,
    urls: { identity: '', compute: '', image: '' },
    directory: seedDirectory,
    tokens: new Map(),
    images: new Map(),
    servers: new Map(),
  };
  seedTokens(world);
  seedCloud(world);
  const apps = { identity: identityApp, compute: computeApp, image: imageApp } as const;
  const memories = {
    identity: new RequestMemory(),
    compute: new RequestMemory(),
    image: new RequestMemory(),
  };
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  try {
    for (const service of ['identity', 'compute', 'image'] as const) {
      const host = options.host ?? '127.0.0.1';
      const listener = await listen(
        apps[service](world),
        host,
        options.ports?.[service] ?? 0,
        memories[service],
      );
      listeners.push(listener);
      world.urls[service] = listener.url;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    identityUrl: world.urls.identity,
    computeUrl: world.urls.compute,
    imageUrl: world.urls.image,
    seed: seedIds,
    requests: memories,
    close,
  };
};
