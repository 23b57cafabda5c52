import { visibleImage } from '../image/store.ts';
import { isObject, objectAt, stringAt } from '../plain-json.ts';
import type { NovaAnswer, NovaCall, NovaHandler } from './call.ts';
import { fault, policyForbids, selfHref } from './call.ts';
import { flavorById } from './flavors.ts';
import { schemaError } from './json-schema.ts';
import { actionSchemas } from './schemas.ts';
import type { ServerRecord } from './server-lifecycle.ts';
import { beginResize, beginRevert, confirmResize } from './server-lifecycle.ts';
import { serverView } from './server-view.ts';
import { adminPass, disabledByImage, isDisabled, namedServer, serverNotFound } from './servers.ts';
import { createImage } from './snapshots.ts';

type Run = (call: NovaCall, server: ServerRecord, wanted: Record<string, unknown>) => NovaAnswer;

interface Action {
  /** vm_states in which the action is allowed; a task must never be under way. */
  readonly from: readonly string[];
  readonly adminOnly?: string;
  readonly run: Run;
}

const accepted: NovaAnswer = { status: 202 };

const resize: Run = (call, server, wanted) => {
  const flavor = flavorById(wanted['flavorRef']);
  if (!flavor) return fault(400, `Flavor ${String(wanted['flavorRef'])} could not be found.`);
  if (flavor.id === server.flavorId) return fault(400, 'When resizing, instances must change flavor!');
  const auto = wanted['OS-DCF:diskConfig'] === 'AUTO';
  // Judged by the copy of the property from when the server was built, not by the image as it is now.
  if (auto && isDisabled(server.imageProperties)) return disabledByImage(server.imageId ?? '');
  beginResize(server, flavor.id, auto, call.world.now(), call.world.resizeMs);
  return accepted;
};

const migrate: Run = (call, server) => {
  beginResize(server, server.flavorId, false, call.world.now(), call.world.resizeMs);
  return accepted;
};

const rebuild: Run = (call, server, wanted) => {
  const id = stringAt(wanted, 'imageRef')?.split('/').at(-1) ?? '';
  const image = visibleImage(call.world, call.caller, id);
  if (!image) return fault(400, `Image ${id} could not be found.`);
  const asked = stringAt(wanted, 'OS-DCF:diskConfig');
  if (asked === 'AUTO' && isDisabled(image.properties)) return disabledByImage(image.id);
  if (server.imageId === undefined) {
    return fault(400, 'Unable to rebuild with a different image for a volume-backed server.');
  }
  server.imageId = image.id;
  server.imageProperties = new Map(image.properties);
  server.name = stringAt(wanted, 'name') ?? server.name;
  if (asked) server.autoDiskConfig = asked === 'AUTO';
  server.updatedAt = call.world.now();
  const view = { ...serverView(call, server), status: 'REBUILD', adminPass: adminPass(call) };
  return { status: 202, headers: { location: selfHref(call, 'servers', server.id) }, body: { server: view } };
};

const toVmState =
  (vmState: string): Run =>
  (call, server) => {
    server.vmState = vmState;
    server.updatedAt = call.world.now();
    return accepted;
  };

const actions: Readonly<Record<string, Action>> = {
  resize: { from: ['active', 'stopped'], run: resize },
  migrate: { from: ['active', 'stopped'], adminOnly: 'os-migrate-server:migrate', run: migrate },
  confirmResize: {
    from: ['resized'],
    run: (call, server) => {
      confirmResize(server, call.world.now());
      return { status: 204 };
    },
  },
  revertResize: {
    from: ['resized'],
    run: (call, server) => {
      beginRevert(server, call.world.now(), call.world.resizeMs);
      return accepted;
    },
  },
  rebuild: { from: ['active', 'stopped', 'error'], run: rebuild },
  createImage: { from: ['active', 'stopped', 'paused', 'suspended'], run: createImage },
  reboot: { from: ['active', 'stopped', 'error'], run: toVmState('active') },
  'os-stop': { from: ['active', 'error'], run: toVmState('stopped') },
  'os-start': { from: ['stopped'], run: toVmState('active') },
};

/** `POST /servers/{id}/action`: the one member of the body names the action. */
export const serverAction: NovaHandler = (call) => {
  const names = isObject(call.body) ? Object.keys(call.body) : [];
  const [name = ''] = names;
  if (names.length !== 1) return fault(400, 'Malformed request body');
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) return fault(400, `There is no such action: ${name}`);
  const schema = actionSchemas[name];
  const wrong = schema && schemaError(schema, call.body);
  if (wrong !== undefined) return fault(400, wrong);
  const server = namedServer(call);
  if (!server) return serverNotFound(call);
  if (action.adminOnly !== undefined && !call.caller.isAdmin) return policyForbids(action.adminOnly);
  const stuck = action.from.includes(server.vmState)
    ? server.taskState && `task_state ${server.taskState}`
    : `vm_state ${server.vmState}`;
  if (stuck) return fault(409, `Cannot '${name}' instance ${server.id} while it is in ${stuck}`);
  return action.run(call, server, objectAt(call.body, name));
};
