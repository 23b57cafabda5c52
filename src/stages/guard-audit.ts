import { createHash } from 'node:crypto';
import type { Exchange } from '../core/exchange.ts';
import type { Ports } from '../core/ports.ts';
import type { UpstreamOutcome } from '../core/verdict.ts';
import type { KeyChange } from './guarded-key.ts';
import type { ResizingServer } from './resize-scene.ts';

export interface GuardAudit {
  refused(
    x: Exchange,
    imageId: string,
    changes: readonly KeyChange[],
    servers: readonly ResizingServer[],
  ): void;
  passed(
    x: Exchange,
    imageId: string,
    changes: readonly KeyChange[],
    outcome: UpstreamOutcome,
    how: { readonly verify?: boolean; readonly byRole?: boolean },
  ): Promise<void>;
}

/**
 * The audit records of guarded changes: who changed what from which value to which, and what it could touch.
 *
 * @param census whether to count the servers built from the image, which costs a look-up after the answer was sent.
 */
export const createGuardAudit = (ports: Pick<Ports, 'audit' | 'servers'>, census: boolean): GuardAudit => {
  const fields = (x: Exchange, imageId: string, changes: readonly KeyChange[], more: object) => ({
    'user.id': x.identity?.user.id,
    images_gateway: {
      request: x.requestId,
      operation: x.operation?.name,
      image: imageId,
      project: x.identity?.project?.id,
      changes: changes.map(({ key, from, to }) => ({ key, from: from ?? null, to: to ?? null })),
      bodySha256: createHash('sha256')
        .update(x.body?.bytes ?? '')
        .digest('hex'),
      ...more,
    },
  });

  const countServers = async (
    x: Exchange,
    imageId: string,
  ): Promise<Readonly<Record<string, number>> | 'unknown' | undefined> => {
    if (!census) return undefined;
    const counted = await ports.servers.census(imageId, x.caller, x.signal);
    return counted.kind === 'found' ? counted.value : 'unknown';
  };

  return {
    refused(x, imageId, changes, servers) {
      const byStatus: Record<string, number> = {};
      for (const { status } of servers) byStatus[status] = (byStatus[status] ?? 0) + 1;
      ports.audit.record('guarded-change-refused', fields(x, imageId, changes, { servers: byStatus }));
    },
    async passed(x, imageId, changes, { forwarded, status }, { verify = false, byRole = false }) {
      if (!forwarded) return;
      const servers = await countServers(x, imageId);
      const more = { servers, upstreamStatus: status ?? null, byRole };
      ports.audit.record('guarded-change-passed', fields(x, imageId, changes, more));
      // An answer that never came, or a 5xx, does not mean that nothing was written.
      if (!verify || (status !== undefined && status >= 400 && status < 500)) return;
      const after = await ports.servers.resizing(imageId, x.caller, x.signal, true);
      if (after.kind === 'found' && after.value.length > 0) {
        const ids = after.value.map(({ id }) => id).slice(0, 5);
        ports.audit.record('resize-began-during-change', fields(x, imageId, changes, { servers: ids }));
      }
    },
  };
};
