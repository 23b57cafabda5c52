import { createHash } from 'node:crypto';
import type { NovaCall } from './call.ts';
import { bookmark, links, novaTime } from './call.ts';
import type { ServerRecord } from './server-lifecycle.ts';
import { statusFromState } from './server-status.ts';

export const diskConfigOf = (server: ServerRecord): 'AUTO' | 'MANUAL' =>
  server.autoDiskConfig ? 'AUTO' : 'MANUAL';

export const briefServer = (call: NovaCall, server: ServerRecord) => ({
  id: server.id,
  name: server.name,
  links: links(call, 'servers', server.id),
});

/** The members that `PUT` and rebuild answer; `GET` adds those of the extensions. */
export const serverView = (call: NovaCall, server: ServerRecord) => ({
  id: server.id,
  name: server.name,
  status: statusFromState(server.vmState, server.taskState),
  tenant_id: server.projectId,
  user_id: server.userId,
  metadata: server.metadata,
  hostId: createHash('sha224').update(`${server.projectId}demo-host`).digest('hex'),
  image:
    server.imageId === undefined
      ? ''
      : { id: server.imageId, links: [bookmark(call, 'images', server.imageId)] },
  flavor: { id: server.flavorId, links: [bookmark(call, 'flavors', server.flavorId)] },
  created: novaTime(server.createdAt),
  updated: novaTime(server.updatedAt),
  addresses: {},
  accessIPv4: '',
  accessIPv6: '',
  links: links(call, 'servers', server.id),
  'OS-DCF:diskConfig': diskConfigOf(server),
  progress: 0,
});

export const serverDetail = (call: NovaCall, server: ServerRecord) => ({
  ...serverView(call, server),
  'OS-EXT-AZ:availability_zone': 'nova',
  config_drive: '',
  key_name: null,
  'OS-SRV-USG:launched_at': `${novaTime(server.createdAt).slice(0, -1)}.000000`,
  'OS-SRV-USG:terminated_at': null,
  'OS-EXT-STS:task_state': server.taskState ?? null,
  'OS-EXT-STS:vm_state': server.vmState,
  'OS-EXT-STS:power_state': server.vmState === 'stopped' ? 4 : 1,
  'os-extended-volumes:volumes_attached': [],
});
