/** What a server is in the middle of. Nothing runs: `settle` tells from the clock how far it is. */
interface Transition {
  readonly kind: 'resize' | 'revert';
  readonly startedAt: number;
  readonly endsAt: number;
}

export interface ServerRecord {
  readonly id: string;
  name: string;
  readonly projectId: string;
  readonly userId: string;
  /** `undefined`: booted from a volume, the API shows no image. */
  imageId: string | undefined;
  /** The image's properties as they were when the server was built: Nova's system metadata. */
  imageProperties: ReadonlyMap<string, string>;
  flavorId: string;
  /** While a resize waits to be confirmed or reverted: the flavor and vm_state to go back to. */
  beforeResize: { readonly flavorId: string; readonly vmState: string } | undefined;
  newFlavorId: string | undefined;
  vmState: string;
  taskState: string | undefined;
  transition: Transition | undefined;
  /** `OS-DCF:diskConfig`; true is AUTO. */
  autoDiskConfig: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  updatedAt: number;
}

const resizeSteps = ['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish'] as const;

const finish = (server: ServerRecord, transition: Transition): void => {
  server.transition = undefined;
  server.taskState = undefined;
  server.updatedAt = transition.endsAt;
  if (transition.kind === 'resize') {
    server.vmState = 'resized';
    server.flavorId = server.newFlavorId ?? server.flavorId;
    return;
  }
  server.flavorId = server.beforeResize?.flavorId ?? server.flavorId;
  server.vmState = server.beforeResize?.vmState ?? 'active';
  server.beforeResize = undefined;
};

/** Brings a server to where it is at this moment. Called before every look at it. */
export const settle = (server: ServerRecord, now: number): ServerRecord => {
  const { transition } = server;
  if (!transition) return server;
  if (now >= transition.endsAt) {
    finish(server, transition);
    return server;
  }
  if (transition.kind === 'resize') {
    const share = (now - transition.startedAt) / (transition.endsAt - transition.startedAt);
    const step = Math.min(resizeSteps.length - 1, Math.max(0, Math.floor(share * resizeSteps.length)));
    server.taskState = resizeSteps[step];
  }
  return server;
};

/**
 * A resize begins, or a migration (`newFlavorId` is then the flavor it has): the same way in Nova. The disk config
 * becomes what was asked for, or MANUAL, at once (nova/compute/api.py `resize`).
 */
export const beginResize = (
  server: ServerRecord,
  newFlavorId: string,
  autoDiskConfig: boolean,
  now: number,
  durationMs: number,
): void => {
  server.beforeResize = { flavorId: server.flavorId, vmState: server.vmState };
  server.newFlavorId = newFlavorId;
  server.autoDiskConfig = autoDiskConfig;
  server.taskState = resizeSteps[0];
  server.transition = { kind: 'resize', startedAt: now, endsAt: now + durationMs };
  server.updatedAt = now;
  settle(server, now);
};

/** The new size is kept. */
export const confirmResize = (server: ServerRecord, now: number): void => {
  server.vmState = server.beforeResize?.vmState ?? 'active';
  server.beforeResize = undefined;
  server.updatedAt = now;
};

/** Back to the old size; the disk config stays as the resize set it. */
export const beginRevert = (server: ServerRecord, now: number, durationMs: number): void => {
  server.taskState = 'resize_reverting';
  server.transition = { kind: 'revert', startedAt: now, endsAt: now + durationMs };
  server.updatedAt = now;
  settle(server, now);
};
