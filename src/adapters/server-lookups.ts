import { isObject, type Json } from '../core/json.ts';
import type { Caller, ClockPort, Lookup, ServerDetail, ServersPort } from '../core/ports.ts';
import { ask, type CloudApi, malformedAnswer, member } from './cloud-lookup.ts';
import { serverDetail } from './server-detail.ts';
import { SharedAnswers } from './shared-answers.ts';

/** The API statuses of a resize (Nova `api/openstack/common.py`, table of statuses). */
export const resizeStatuses: ReadonlySet<string> = new Set(['RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE']);

/**
 * Two queries, never one: Nova turns several statuses into sets of vm_states and task_states and drops the latter as
 * soon as one status is the default of its vm_state, which VERIFY_RESIZE is; all three in one query match nearly
 * every server (Nova `api/openstack/compute/servers.py` `_get_servers`).
 */
const queries = ['status=RESIZE&status=REVERT_RESIZE', 'status=VERIFY_RESIZE'] as const;

export interface ServerLookupOptions {
  readonly clock: ClockPort;
  /** Milliseconds an answer may be reused, at most 2,000. */
  readonly cacheMs: number;
  /** Pages per query; more count as a failed look-up. */
  readonly maxPages: number;
  /** Milliseconds for a whole look-up, all pages. */
  readonly timeoutMs: number;
}

/** Asks Nova about servers, with the caller's token (own project) or a service credential (all projects). */
export const createServerLookups = (api: CloudApi, options: ServerLookupOptions): ServersPort => {
  const shared = new SharedAnswers<Lookup<readonly ServerDetail[]>>(
    options.clock,
    options.cacheMs,
    (a) => a.kind === 'found',
  );
  const allProjects = api.own === undefined ? '' : '&all_tenants=1';

  const look = async (imageId: string, caller: Caller): Promise<Lookup<readonly ServerDetail[]>> => {
    // Shared between requests, so it must not end with the one request that happened to start it.
    const signal = AbortSignal.timeout(options.timeoutMs);
    const answers = await Promise.all(
      queries.map((query) =>
        allPages(api, `image=${imageId}&${query}${allProjects}`, caller, signal, options.maxPages),
      ),
    );
    const servers = new Map<string, ServerDetail>();
    for (const answer of answers) {
      if (answer.kind !== 'found') return answer;
      for (const server of answer.value) {
        // An upstream that does not know a filter ignores it and lists everything.
        if (resizeStatuses.has(server.status) && server.imageId === imageId) servers.set(server.id, server);
      }
    }
    return { kind: 'found', value: [...servers.values()] };
  };

  return {
    resizing(imageId, caller, _signal, fresh = false) {
      const key = allProjects === '' ? `${imageId} ${caller.projectId ?? ''}` : imageId;
      return shared.get(key, () => look(imageId, caller), fresh);
    },
    async census(imageId, caller) {
      const query = `image=${imageId}${allProjects}`;
      const answer = await allPages(
        api,
        query,
        caller,
        AbortSignal.timeout(options.timeoutMs),
        options.maxPages,
      );
      if (answer.kind !== 'found') return answer;
      const counts: Record<string, number> = {};
      for (const { status, imageId: builtFrom } of answer.value) {
        if (builtFrom === imageId) counts[status] = (counts[status] ?? 0) + 1;
      }
      return { kind: 'found', value: counts };
    },
    async server(serverId, caller, signal) {
      const answer = await ask(
        { ...api, own: undefined },
        `/servers/${encodeURIComponent(serverId)}`,
        caller,
        signal,
      );
      if (answer.kind !== 'found') return answer;
      const server = serverDetail(member(answer.value, 'server'));
      return server === undefined ? malformedAnswer : { kind: 'found', value: server };
    },
  };
};

const allPages = async (
  api: CloudApi,
  query: string,
  caller: Caller,
  signal: AbortSignal,
  maxPages: number,
): Promise<Lookup<readonly ServerDetail[]>> => {
  const servers: ServerDetail[] = [];
  let marker = '';
  for (let page = 0; page < maxPages; page++) {
    const answer = await ask(api, `/servers/detail?${query}${marker}`, caller, signal);
    if (answer.kind !== 'found') return answer;
    const list = isObject(answer.value) ? answer.value['servers'] : undefined;
    if (!Array.isArray(list)) return malformedAnswer;
    for (const entry of list) {
      const server = serverDetail(entry);
      if (server === undefined) return malformedAnswer;
      servers.push(server);
    }
    const next = nextMarker(answer.value);
    if (next === undefined) return { kind: 'found', value: servers };
    marker = `&marker=${encodeURIComponent(next)}`;
  }
  return { kind: 'unavailable', reason: 'bounds' };
};

/** Only the marker of the `next` link is used: the link's host is what the upstream believes, not where it is. */
const nextMarker = (body: Json): string | undefined => {
  const links = isObject(body) ? body['servers_links'] : undefined;
  const next = Array.isArray(links)
    ? links.find((link) => isObject(link) && link['rel'] === 'next')
    : undefined;
  const href = isObject(next) ? next['href'] : undefined;
  if (typeof href !== 'string') return undefined;
  return new URLSearchParams(href.slice(href.indexOf('?') + 1)).get('marker') ?? undefined;
};
