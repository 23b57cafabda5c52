import { isObject } from '../core/json.ts';
import { malformed, type Operation } from '../core/operation.ts';
import { serverMembers } from './server-body.ts';

export const serverCreate: Operation = {
  name: 'server-create',
  summary: 'Builds a server, with or without a wish for its disk configuration.',
  api: 'compute',
  method: 'POST',
  path: '/servers',
  mediaTypes: ['application/json'],
  intent(body) {
    if (!isObject(body)) return malformed('The body must be a JSON object with the member "server".');
    const members = serverMembers(body['server'], 'server');
    return 'kind' in members
      ? members
      : { kind: 'server', action: 'create', serverId: undefined, ...members };
  },
};
