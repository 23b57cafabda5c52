import type { Exchange } from '../core/exchange.ts';
import type { Lease, Lookup, ServerDetail } from '../core/ports.ts';
import { defineStage } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass, type Verdict } from '../core/verdict.ts';
import { keyMatcher, mayTouch } from './guarded-key.ts';
import { lookupFaults, lookupVerdict } from './lookup-refusal.ts';

type Held = Extract<Lease, { kind: 'held' }>;
type OrderVerdict = Verdict<'busy' | 'order-unavailable' | 'lookup-failed'>;

/** The end of a resize too: what is remembered of it must be forgotten before the next one begins. */
const ordered: ReadonlySet<string> = new Set(['resize', 'migrate', 'confirm-resize', 'revert-resize']);

/** Names of what is held, always taken in this order, so that two requests can never wait for each other. */
type Names = readonly string[];
type Found = Names | Exclude<Lookup<ServerDetail>, { kind: 'found' }>;

export const writeOrder = defineStage({
  name: 'write-order',
  summary: 'Lets guarded writes and resizes of one image pass one after the other, across all replicas.',
  options: Type.Object(
    {
      key: Type.String({
        minLength: 1,
        default: 'auto_disk_config',
        description: 'The guarded metadata key.',
      }),
      writes: Type.Union([Type.Literal('guarded'), Type.Literal('all')], {
        default: 'guarded',
        description:
          'Which metadata writes wait for each other: those of the guarded key, or all, so that two writers at once lose no key (Nova reads, changes and writes all properties).',
      }),
      waitSeconds: Type.Number({
        minimum: 0,
        maximum: 60,
        default: 10,
        description: 'How long a write waits for the one before it.',
      }),
    },
    { additionalProperties: false },
  ),
  reads: ['identity', 'intent'],
  gives: ['order'],
  ports: ['leases'],
  faults: {
    busy: {
      status: 409,
      name: 'conflictingRequest',
      when: 'Another write or resize of the same image did not finish in time.',
    },
    'order-unavailable': {
      status: 503,
      name: 'serviceUnavailable',
      when: 'The store that puts writes of all replicas in order does not answer.',
    },
    ...lookupFaults,
  },
  prepare({ key, writes, waitSeconds }, { leases }) {
    const matches = keyMatcher(key);

    const namesOf = (x: Exchange): Found | Promise<Found> => {
      const { intent } = x;
      // A server booted from a volume has no image in the API: its resizes wait for every guarded write of the project.
      const volumes = `volumes:${x.identity?.project?.id ?? ''}`;
      if (intent?.kind === 'metadata' && intent.target.kind === 'image') {
        const image = `image:${intent.target.imageId}`;
        if (mayTouch(intent, matches)) return [image, volumes];
        return writes === 'all' ? [image] : [];
      }
      if (intent?.kind !== 'server' || intent.serverId === undefined) return [];
      if (!ordered.has(intent.action)) return [];
      return x.server(intent.serverId).then((server) => {
        if (server.kind !== 'found') return server;
        return [server.value.imageId === undefined ? volumes : `image:${server.value.imageId}`];
      });
    };

    const order = async (x: Exchange, names: Found): Promise<OrderVerdict> => {
      if ('kind' in names) return lookupVerdict(names, 'the server');
      const held: Held[] = [];
      const release = async (): Promise<void> => {
        for (const lease of held.splice(0).reverse()) await lease.release();
      };
      for (const name of names) {
        const lease = await leases.acquire(name, waitSeconds * 1000, x.signal);
        if (lease.kind === 'held') {
          held.push(lease);
          continue;
        }
        await release();
        return lease.kind === 'busy'
          ? deny(
              'busy',
              'Another change of this image or a resize of one of its servers is under way. Try again in a moment.',
              {
                retryAfterMs: 1000,
              },
            )
          : deny(
              'order-unavailable',
              'The gateway cannot put this change in order with others at the moment. Nothing was changed; try again later.',
              {
                retryAfterMs: 5000,
              },
            );
      }
      return { kind: 'pass', settle: release };
    };

    return (x) => {
      const names = namesOf(x);
      if (names instanceof Promise) return names.then((found) => order(x, found));
      return 'length' in names && names.length === 0 ? pass : order(x, names);
    };
  },
});
