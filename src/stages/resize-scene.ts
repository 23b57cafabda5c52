import type {
  Caller,
  ClockPort,
  Lookup,
  ResizesPort,
  SeenResize,
  ServerDetail,
  ServersPort,
} from '../core/ports.ts';

/** The statuses in which a server is between two sizes (Nova `api/openstack/common.py`). */
export const resizeStatuses: ReadonlySet<string> = new Set(['RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE']);

/** One server that stands in the way of a change. */
export interface ResizingServer {
  readonly id: string;
  readonly status: string;
  readonly projectId: string | undefined;
  readonly updatedAt: number | undefined;
}

export interface SceneRules {
  /** `project`: only servers of the caller's project count. `all`: those of every project. */
  readonly scope: 'project' | 'all';
  /** Milliseconds during which a resize that passed here counts although the upstream does not show it yet. */
  readonly lagMs: number;
  /** Whether a resize of a server whose image is not known (booted from a volume) counts for every image. */
  readonly volumeServers: boolean;
}

interface ScenePorts {
  readonly servers: ServersPort;
  readonly resizes: ResizesPort;
  readonly clock: ClockPort;
}

/**
 * Which servers built from this image are being resized: what the upstream lists, and what passed through the
 * gateway and has not ended. Memories that the upstream contradicts after the lag are dropped.
 */
export const resizingServers = async (
  imageId: string,
  caller: Caller,
  signal: AbortSignal,
  ports: ScenePorts,
  rules: SceneRules,
): Promise<Lookup<readonly ResizingServer[]>> => {
  const [listed, seen] = await Promise.all([
    ports.servers.resizing(imageId, caller, signal),
    ports.resizes.ofImage(imageId, caller.projectId),
  ]);
  if (listed.kind !== 'found') return listed;
  if (seen === undefined) return { kind: 'unavailable', reason: 'refused' };
  const found = new Map<string, ResizingServer>(
    listed.value
      .filter(({ projectId }) => counts(projectId, caller, rules))
      .map((server) => [server.id, server]),
  );
  for (const resize of seen) {
    if (found.has(resize.serverId) || !counts(resize.projectId, caller, rules)) continue;
    if (resize.imageId === undefined && !rules.volumeServers) continue;
    const standing = await stillStands(resize, caller, signal, ports, rules);
    if (standing.kind !== 'found') return standing;
    if (standing.value === undefined) await ports.resizes.forget(resize.serverId);
    else found.set(resize.serverId, standing.value);
  }
  return { kind: 'found', value: [...found.values()] };
};

const counts = (projectId: string | undefined, caller: Caller, { scope }: SceneRules): boolean =>
  scope === 'all' || projectId === undefined || projectId === caller.projectId;

/** What is left of a remembered resize that the list does not show; `undefined`: it has ended. */
const stillStands = async (
  resize: SeenResize,
  caller: Caller,
  signal: AbortSignal,
  { servers, clock }: ScenePorts,
  { lagMs }: SceneRules,
): Promise<Lookup<ResizingServer | undefined>> => {
  const remembered: ResizingServer = {
    id: resize.serverId,
    status: 'RESIZE',
    projectId: resize.projectId,
    updatedAt: undefined,
  };
  if (clock.now() - resize.at < lagMs) return { kind: 'found', value: remembered };
  if (resize.imageId !== undefined) return { kind: 'found', value: undefined };
  // No list of an image shows a server booted from a volume, so the server itself is asked.
  const server: Lookup<ServerDetail> = await servers.server(resize.serverId, caller, signal);
  if (server.kind === 'found')
    return { kind: 'found', value: resizeStatuses.has(server.value.status) ? server.value : undefined };
  if (server.kind === 'unavailable') return server;
  // Another project's server cannot be seen with this token: its resize counts until its memory expires.
  return { kind: 'found', value: resize.projectId === caller.projectId ? undefined : remembered };
};
