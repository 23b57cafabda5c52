import type { ImageRecord } from '../image/store.ts';
import { visibleImage } from '../image/store.ts';
import { isObject, objectAt, stringAt } from '../plain-json.ts';
import { boolFromString, pythonStrip } from '../python-text.ts';
import type { NovaAnswer, NovaCall, NovaHandler } from './call.ts';
import { fault, links, ok, param, selfHref } from './call.ts';
import { flavorById } from './flavors.ts';
import { schemaError } from './json-schema.ts';
import { createServerBody, updateServerBody } from './schemas.ts';
import type { ServerRecord } from './server-lifecycle.ts';
import { settle } from './server-lifecycle.ts';
import { diskConfigOf, serverDetail, serverView } from './server-view.ts';

/** The server of the path as it is now, if the caller may know of it. */
export const namedServer = (call: NovaCall): ServerRecord | undefined => {
  const server = call.world.servers.get(param(call, 'id').toLowerCase());
  if (!server || !(call.caller.isAdmin || server.projectId === call.caller.projectId)) return undefined;
  return settle(server, call.world.now());
};

export const serverNotFound = (call: NovaCall): NovaAnswer =>
  fault(404, `Instance ${param(call, 'id')} could not be found.`);

/** Nova's name for the property value that no user may override (nova/utils.py `is_auto_disk_config_disabled`). */
export const isDisabled = (properties: ReadonlyMap<string, string>): boolean =>
  pythonStrip(properties.get('auto_disk_config') ?? '').toLowerCase() === 'disabled';

export const disabledByImage = (imageId: string): NovaAnswer =>
  fault(400, `Requested image ${imageId} has automatic disk resize disabled.`);

/** The password that Nova makes up; here it means nothing. */
export const adminPass = (call: NovaCall): string => call.world.uuid().slice(0, 12).replaceAll('-', '');

/** Where the server comes from: the image named, and whether it boots from a volume made of it. */
const bootSource = (
  call: NovaCall,
  wanted: Record<string, unknown>,
): { readonly image: ImageRecord | undefined; readonly volume: boolean } | NovaAnswer => {
  const devices = wanted['block_device_mapping_v2'];
  const device = Array.isArray(devices) ? devices.find(isObject) : undefined;
  const reference = stringAt(wanted, 'imageRef')?.split('/').at(-1) ?? '';
  if (reference === '' && !device) return fault(400, 'Invalid imageRef provided.');
  const id = reference === '' && device?.['source_type'] === 'image' ? stringAt(device, 'uuid') : reference;
  const image = id ? visibleImage(call.world, call.caller, id) : undefined;
  if (id && !image) return fault(400, `Image ${id} could not be found.`);
  return { image, volume: reference === '' };
};

export const createServer: NovaHandler = (call) => {
  const wrong = schemaError(createServerBody, call.body);
  if (wrong !== undefined) return fault(400, wrong);
  const wanted = objectAt(call.body, 'server');
  const source = bootSource(call, wanted);
  if ('status' in source) return source;
  const flavor = flavorById(wanted['flavorRef']);
  if (!flavor) return fault(400, `Flavor ${String(wanted['flavorRef'])} could not be found.`);
  const { image, volume } = source;
  const properties = new Map(image?.properties ?? []);
  const asked = stringAt(wanted, 'OS-DCF:diskConfig');
  if (asked === 'AUTO' && image && isDisabled(properties)) return disabledByImage(image.id);
  const now = call.world.now();
  const server: ServerRecord = {
    id: call.world.uuid(),
    name: stringAt(wanted, 'name') ?? '',
    projectId: call.caller.projectId,
    userId: call.caller.userId,
    imageId: volume ? undefined : image?.id,
    imageProperties: properties,
    flavorId: flavor.id,
    newFlavorId: undefined,
    beforeResize: undefined,
    vmState: 'active',
    taskState: undefined,
    transition: undefined,
    autoDiskConfig: asked ? asked === 'AUTO' : boolFromString(properties.get('auto_disk_config') ?? ''),
    metadata: objectAt(wanted, 'metadata') as Record<string, string>,
    createdAt: now,
    updatedAt: now,
  };
  call.world.servers.set(server.id, server);
  const body = {
    server: {
      id: server.id,
      links: links(call, 'servers', server.id),
      'OS-DCF:diskConfig': diskConfigOf(server),
      security_groups: [{ name: 'default' }],
      adminPass: adminPass(call),
    },
  };
  return { status: 202, headers: { location: selfHref(call, 'servers', server.id) }, body };
};

export const showServer: NovaHandler = (call) => {
  const server = namedServer(call);
  return server ? ok({ server: serverDetail(call, server) }) : serverNotFound(call);
};

/** `PUT`: the name, and (Rackspace's disk configuration extension) the disk config. */
export const updateServer: NovaHandler = (call) => {
  const wrong = schemaError(updateServerBody, call.body);
  if (wrong !== undefined) return fault(400, wrong);
  const server = namedServer(call);
  if (!server) return serverNotFound(call);
  const wanted = objectAt(call.body, 'server');
  const asked = stringAt(wanted, 'OS-DCF:diskConfig');
  server.name = stringAt(wanted, 'name') ?? server.name;
  if (asked) server.autoDiskConfig = asked === 'AUTO';
  server.updatedAt = call.world.now();
  return ok({ server: serverView(call, server) });
};

export const deleteServer: NovaHandler = (call) => {
  const server = namedServer(call);
  if (!server) return serverNotFound(call);
  call.world.servers.delete(server.id);
  return { status: 204 };
};
