import type { LimitCharge, LimitState, Lookup, Ports, SeenResize, ServerDetail } from '../core/ports.ts';
import { projectOf, type World } from './world.ts';

/** What the runner sends as tokens; no service ever sees them. */
export const callerToken = 'token-of-the-caller';
export const serviceToken = 'token-of-the-service';

/** The statuses that count as being resized (Nova `api/openstack/common.py`). */
const resizing: ReadonlySet<string> = new Set(['RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE']);

/**
 * Ports that answer from a world. A policy is compiled with them once; each case then sets the world that they
 * answer from, one case at a time.
 */
export class WorldPorts {
  world: World;

  constructor(first: World) {
    this.world = first;
  }

  readonly ports: Ports = {
    tokens: {
      challengeUri: 'http://identity.example:5000/v3',
      validate: (token) => {
        const { caller, service } = this.world;
        if (caller === 'unavailable') return { kind: 'unavailable', reason: 'timeout' };
        if (caller === 'limited') return { kind: 'limited', retryAfterMs: 60_000 };
        if (token === serviceToken)
          return service === undefined ? { kind: 'invalid' } : { kind: 'valid', identity: service };
        return typeof caller === 'string' ? { kind: 'invalid' } : { kind: 'valid', identity: caller };
      },
    },
    limits: { consume: (charges) => this.#counted(charges), peek: (charges) => this.#counted(charges) },
    cloudLimits: {
      limits: async () =>
        this.world.given.cloudLimits === 'down'
          ? silent
          : { kind: 'found', value: { limits: { absolute: {} }, headers: {} } },
    },
    images: {
      image: async () => {
        const { answer = 'found', metadata = {}, visibility = 'private' } = this.world.given.image ?? {};
        if (answer === 'missing') return refusal(404, 'itemNotFound', 'Image not found.');
        if (answer === 'forbidden') return refusal(403, 'forbidden', 'You may not see this image.');
        if (answer === 'unavailable') return silent;
        return {
          kind: 'found',
          value: { metadata: Object.assign(Object.create(null), metadata), visibility },
        };
      },
    },
    servers: {
      resizing: async (imageId) =>
        this.#compute(() =>
          this.#servers().filter((server) => server.imageId === imageId && resizing.has(server.status)),
        ),
      server: async (serverId) => {
        const all = this.#compute(() => this.#servers());
        if (all.kind !== 'found') return all;
        const server = all.value.find(({ id }) => id === serverId);
        return server === undefined
          ? refusal(404, 'itemNotFound', 'Instance not found.')
          : { kind: 'found', value: server };
      },
      census: async (imageId) =>
        this.#compute(() => {
          const counts: Record<string, number> = {};
          for (const { status } of this.#servers().filter((server) => server.imageId === imageId))
            counts[status] = (counts[status] ?? 0) + 1;
          return counts;
        }),
    },
    resizes: {
      remember: async () => (this.world.given.memory === 'down' ? undefined : 'new'),
      forget: async () => undefined,
      ofImage: async (imageId, projectId) =>
        this.world.given.memory === 'down'
          ? undefined
          : this.#seen().filter((resize) =>
              resize.imageId === undefined ? resize.projectId === projectId : resize.imageId === imageId,
            ),
    },
    leases: {
      acquire: async () => {
        const { order = 'free' } = this.world.given;
        if (order === 'free') return { kind: 'held', release: async () => undefined };
        return { kind: order };
      },
    },
    audit: { record: () => undefined },
    clock: { now: () => this.world.now },
  };

  #compute<T>(value: () => T): Lookup<T> {
    const { compute = 'up' } = this.world.given;
    if (compute === 'unavailable') return silent;
    if (compute === 'forbidden') return refusal(403, 'forbidden', 'Policy does not allow it.');
    return { kind: 'found', value: value() };
  }

  #servers(): ServerDetail[] {
    const { given, imageId, serverId, now } = this.world;
    const one = { status: 'ACTIVE', diskConfig: 'AUTO', fromVolume: false } as const;
    return (given.servers ?? [one]).map((server) => ({
      id: ('id' in server ? server.id : undefined) ?? serverId,
      projectId: ('project' in server ? server.project : undefined) ?? projectOf(this.world),
      status: server.status,
      imageId: server.fromVolume ? undefined : (('image' in server ? server.image : undefined) ?? imageId),
      diskConfig: server.diskConfig,
      updatedAt: now - (('changedSecondsAgo' in server ? server.changedSecondsAgo : undefined) ?? 60) * 1000,
    }));
  }

  #seen(): SeenResize[] {
    const { given, imageId, serverId, now } = this.world;
    return (given.resizes ?? []).map((resize) => ({
      serverId: resize.server ?? serverId,
      imageId: resize.fromVolume ? undefined : (resize.image ?? imageId),
      projectId: resize.project ?? projectOf(this.world),
      at: now - resize.secondsAgo * 1000,
    }));
  }

  #counted(charges: readonly LimitCharge[]) {
    const { used = {}, resetSeconds = 60, store = 'up' } = this.world.given.limits ?? {};
    if (store === 'down') return { kind: 'unavailable', reason: 'timeout' } as const;
    const states = charges.map(({ limit, points }): LimitState => {
      const before = Object.hasOwn(used, limit.name) ? (used[limit.name] ?? 0) : 0;
      return {
        limit,
        remaining: Math.max(0, limit.points - before - points),
        resetMs: resetSeconds * 1000,
        exceeded: before + points > limit.points,
      };
    });
    return { kind: 'counted', states } as const;
  }
}

const silent = { kind: 'unavailable', reason: 'timeout' } as const;

/** The cloud's own refusal, as Nova words it. */
const refusal = (status: number, name: string, message: string) =>
  ({
    kind: 'refused',
    answer: {
      status,
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(JSON.stringify({ [name]: { code: status, message } })),
    },
  }) as const;
