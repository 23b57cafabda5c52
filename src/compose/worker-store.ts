import { createWorkerLeases } from '../adapters/leases-worker.ts';
import { meteredLimits } from '../adapters/limits-metered.ts';
import { createWorkerLimits } from '../adapters/limits-worker.ts';
import { createWorkerResizes } from '../adapters/resizes-channel.ts';
import type { Meters } from '../core/meters.ts';
import type { Peer } from '../core/peer.ts';
import type { Store } from './store.ts';

/** What one of several workers shares with the others where there is no Redis: the primary has it in its memory. */
export const composeWorkerStore = (primary: Peer, workers: number, meters: Meters): Store => ({
  ports: {
    limits: meteredLimits(createWorkerLimits({ primary, workers }), meters),
    leases: createWorkerLeases(primary),
    resizes: createWorkerResizes(primary),
  },
  redis: undefined,
  close: async () => undefined,
});
