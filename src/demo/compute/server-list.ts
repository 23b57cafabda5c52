import { boolFromString } from '../python-text.ts';
import type { NovaAnswer, NovaCall, NovaHandler } from './call.ts';
import { fault, ok, policyForbids, queryValue } from './call.ts';
import { isAnswer, paged } from './paging.ts';
import type { ServerRecord } from './server-lifecycle.ts';
import { settle } from './server-lifecycle.ts';
import { statusFilter } from './server-status.ts';
import { briefServer, serverDetail } from './server-view.ts';

/** `all_tenants` without a value is true. */
const allTenants = (call: NovaCall): boolean => {
  const value = queryValue(call, 'all_tenants');
  return value !== undefined && (value === '' || boolFromString(value));
};

const same = (wanted: string | undefined, value: string | undefined): boolean =>
  wanted === undefined || wanted.toLowerCase() === value?.toLowerCase();

/** Servers newest first, after the filters that Nova knows. A filter with an unknown name is no filter. */
const found = (call: NovaCall, action: 'index' | 'detail'): ServerRecord[] | NovaAnswer => {
  const everywhere = allTenants(call);
  if (everywhere && !call.caller.isAdmin) return policyForbids(`servers:${action}:get_all_tenants`);
  const statuses = call.query.getAll('status');
  const hasStatus = statuses.length === 0 ? () => true : statusFilter(statuses);
  if (!hasStatus) return call.minor >= 38 ? fault(400, 'Invalid status value') : [];
  const project = everywhere ? (queryValue(call, 'project_id') ?? queryValue(call, 'tenant_id')) : undefined;
  const [image, flavor] = [queryValue(call, 'image'), queryValue(call, 'flavor')];
  const name = queryValue(call, 'name')?.toLowerCase();
  const now = call.world.now();
  return [...call.world.servers.values()]
    .map((server) => settle(server, now))
    .filter(
      (server) =>
        (everywhere || server.projectId === call.caller.projectId) &&
        same(project, server.projectId) &&
        same(image, server.imageId) &&
        same(flavor, server.flavorId) &&
        (name === undefined || server.name.toLowerCase().includes(name)) &&
        hasStatus(server.vmState, server.taskState),
    )
    .sort((one, other) => other.createdAt - one.createdAt || (other.id < one.id ? -1 : 1));
};

const list =
  (
    collection: 'servers' | 'servers/detail',
    view: (call: NovaCall, server: ServerRecord) => unknown,
  ): NovaHandler =>
  (call) => {
    const servers = found(call, collection === 'servers' ? 'index' : 'detail');
    if (!Array.isArray(servers)) return servers;
    const page = paged(call, servers, collection);
    if (isAnswer(page)) return page;
    return ok({ servers: page.items.map((server) => view(call, server)), ...page.links });
  };

export const listServers = list('servers', briefServer);
export const listServersDetail = list('servers/detail', serverDetail);
