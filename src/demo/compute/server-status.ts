/** `default` stands for every task state that the vm_state does not list, and for none. */
const rebuilding = ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'];
const resizing = ['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish'];

const all = (tasks: readonly string[], status: string): [string, string][] =>
  tasks.map((task) => [task, status]);

/** API status by vm_state and task_state (nova/api/openstack/common.py `_STATE_MAP`). */
const stateMap: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  active: new Map([
    ['default', 'ACTIVE'],
    ...all(['rebooting', 'reboot_pending', 'reboot_started'], 'REBOOT'),
    ...all(['rebooting_hard', 'reboot_pending_hard', 'reboot_started_hard'], 'HARD_REBOOT'),
    ['updating_password', 'PASSWORD'],
    ...all(rebuilding, 'REBUILD'),
    ['migrating', 'MIGRATING'],
    ...all(resizing, 'RESIZE'),
  ]),
  building: new Map([['default', 'BUILD']]),
  stopped: new Map([['default', 'SHUTOFF'], ...all(resizing, 'RESIZE'), ...all(rebuilding, 'REBUILD')]),
  resized: new Map([
    ['default', 'VERIFY_RESIZE'],
    ['resize_reverting', 'REVERT_RESIZE'],
  ]),
  paused: new Map([
    ['default', 'PAUSED'],
    ['migrating', 'MIGRATING'],
  ]),
  suspended: new Map([['default', 'SUSPENDED']]),
  rescued: new Map([['default', 'RESCUE']]),
  error: new Map([['default', 'ERROR'], ...all(rebuilding, 'REBUILD')]),
  deleted: new Map([['default', 'DELETED']]),
  'soft-delete': new Map([['default', 'SOFT_DELETED']]),
  shelved: new Map([['default', 'SHELVED']]),
  shelved_offloaded: new Map([['default', 'SHELVED_OFFLOADED']]),
};

/** The status that the API shows. */
export const statusFromState = (vmState: string, taskState: string | undefined): string => {
  const tasks = stateMap[vmState];
  return tasks?.get(taskState ?? 'default') ?? tasks?.get('default') ?? 'UNKNOWN';
};

/**
 * The `status` filter of Nova's listings as a predicate; `undefined`: no such status, the list is empty.
 *
 * All values together become one set of vm_states and one set of task_states (nova/api/openstack/common.py
 * `task_and_vm_state_from_status`), and the second is dropped as soon as one of the statuses is the default of its
 * vm_state (servers.py `_get_servers`). So `status=RESIZE&status=VERIFY_RESIZE` asks for vm_state in (active, stopped,
 * resized): nearly every server. Status names are compared without case.
 */
export const statusFilter = (
  statuses: readonly string[],
): ((vmState: string, taskState: string | undefined) => boolean) | undefined => {
  const wanted = new Set(statuses.map((status) => status.toLowerCase()));
  const vmStates = new Set<string>();
  const taskStates = new Set<string>();
  for (const [vmState, tasks] of Object.entries(stateMap)) {
    for (const [taskState, status] of tasks) {
      if (!wanted.has(status.toLowerCase())) continue;
      vmStates.add(vmState);
      taskStates.add(taskState);
    }
  }
  if (vmStates.size === 0) return undefined;
  const anyTask = taskStates.has('default');
  return (vmState, taskState) =>
    vmStates.has(vmState) && (anyTask || (taskState !== undefined && taskStates.has(taskState)));
};
