import { isObject } from '../core/json.ts';
import { malformed, type Operation } from '../core/operation.ts';
import { serverMembers } from './server-body.ts';

export const serverUpdate: Operation = {
  name: 'server-update',
  summary: 'Changes a server, its disk configuration among other things.',
  api: 'compute',
  method: 'PUT',
  path: '/servers/:serverId',
  mediaTypes: ['application/json'],
  intent(body, { serverId = '' }) {
    if (!isObject(body)) return malformed('The body must be a JSON object with the member "server".');
    const members = serverMembers(body['server'], 'server');
    return 'kind' in members ? members : { kind: 'server', action: 'update', serverId, ...members };
  },
};
