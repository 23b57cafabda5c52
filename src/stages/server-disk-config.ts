import { defineStage } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass } from '../core/verdict.ts';
import { lookupFaults, lookupVerdict } from './lookup-refusal.ts';
import { resizeStatuses } from './resize-scene.ts';

/** The values of the extended attribute (Nova `api/openstack/compute/schemas/servers.py`). */
const values: ReadonlySet<string> = new Set(['AUTO', 'MANUAL']);

export const serverDiskConfig = defineStage({
  name: 'server-disk-config',
  summary: "Refuses a change of a server's OS-DCF:diskConfig together with, or during, a resize.",
  options: Type.Object({}, { additionalProperties: false }),
  reads: ['intent'],
  gives: [],
  ports: [],
  faults: {
    'bad-value': { status: 400, name: 'badRequest', when: 'OS-DCF:diskConfig is neither AUTO nor MANUAL.' },
    'changes-with-resize': {
      status: 409,
      name: 'conflictingRequest',
      when: 'A resize asks for another OS-DCF:diskConfig than the server has.',
    },
    'changes-during-resize': {
      status: 409,
      name: 'conflictingRequest',
      when: 'OS-DCF:diskConfig would change while the server is being resized.',
    },
    ...lookupFaults,
  },
  prepare() {
    return async (x) => {
      if (x.intent?.kind !== 'server' || x.intent.diskConfig === undefined) return pass;
      const { action, serverId, diskConfig } = x.intent;
      if (!values.has(diskConfig)) return deny('bad-value', 'OS-DCF:diskConfig must be "AUTO" or "MANUAL".');
      if (serverId === undefined) return pass;
      const server = await x.server(serverId);
      if (server.kind !== 'found') return lookupVerdict(server, 'the server');
      const { diskConfig: current, status } = server.value;
      if (current === undefined || current === diskConfig) return pass;
      if (action === 'resize') {
        return deny(
          'changes-with-resize',
          `This resize would also change OS-DCF:diskConfig from ${current} to ${diskConfig}. Resize without it, and change it after the resize is confirmed.`,
        );
      }
      if (!resizeStatuses.has(status)) return pass;
      return deny(
        'changes-during-resize',
        `OS-DCF:diskConfig cannot be changed while the server is in ${status}. Confirm or revert the resize, then try again.`,
      );
    };
  },
});
