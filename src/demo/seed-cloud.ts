import type { ServerRecord } from './compute/server-lifecycle.ts';
import type { ImageDraft } from './image/store.ts';
import { addImage } from './image/store.ts';
import { boolFromString } from './python-text.ts';
import { seedIds } from './seed-ids.ts';
import type { World } from './world.ts';

const { projects, users, images, servers } = seedIds;

/**
 * The image of Rackspace's documented sample (method "Set image metadata"), as it must have been before the request:
 * the sample's answer without what the request adds.
 */
const sampleProperties = {
  'com.rackspace__1__options': '0',
  base_image_ref: 'ffa476b1-9b14-46bd-99a8-862d1d94eb7a',
  category: 'Webserver-Beta Retail Outlet project',
  os_distro: 'ubuntu',
  auto_disk_config: 'True',
  os_type: 'linux',
} as const;

const stored = {
  status: 'active',
  containerFormat: 'bare',
  diskFormat: 'raw',
  data: new TextEncoder().encode('demo image data\n'),
} as const;

const own = { owner: projects.demo, visibility: 'private', ...stored } as const;

const drafts: readonly ImageDraft[] = [
  { ...own, id: images.ubuntu, name: 'ubuntu-webserver', properties: sampleProperties },
  {
    ...own,
    id: images.resizing,
    name: 'ubuntu-resizing',
    properties: { auto_disk_config: 'True', os_type: 'linux' },
  },
  { ...own, id: images.disabled, name: 'appliance', properties: { auto_disk_config: 'DISABLED' } },
  {
    ...own,
    id: images.shared,
    name: 'shared-with-other',
    visibility: 'shared',
    members: new Set([projects.other]),
  },
  { ...own, id: images.community, name: 'for-everybody', visibility: 'community' },
  { ...own, id: images.protected, name: 'protected', protected: true },
  { ...own, id: images.queued, name: 'no-data-yet', status: 'queued', data: undefined },
  { ...own, id: images.other, name: 'of-project-other', owner: projects.other },
  { ...own, id: images.public, name: 'public-base', owner: projects.admin, visibility: 'public' },
];

const addServer = (
  world: World,
  id: string,
  name: string,
  imageId: string,
  more: Partial<ServerRecord> = {},
): void => {
  const now = world.now();
  const imageProperties = new Map(world.images.get(imageId)?.properties);
  world.servers.set(id, {
    id,
    name,
    projectId: projects.demo,
    userId: users.demo.id,
    imageId,
    imageProperties,
    flavorId: '1',
    newFlavorId: undefined,
    beforeResize: undefined,
    vmState: 'active',
    taskState: undefined,
    transition: undefined,
    autoDiskConfig: boolFromString(imageProperties.get('auto_disk_config') ?? ''),
    metadata: {},
    createdAt: now,
    updatedAt: now,
    ...more,
  });
};

/** Puts the fixed images and servers into the world. */
export const seedCloud = (world: World): void => {
  for (const draft of drafts) addImage(world, draft);
  addServer(world, servers.web, 'web', images.ubuntu);
  addServer(world, servers.resized, 'resized', images.resizing, {
    flavorId: '2',
    vmState: 'resized',
    beforeResize: { flavorId: '1', vmState: 'active' },
  });
  addServer(world, servers.volume, 'volume', images.ubuntu, { imageId: undefined });
  addServer(world, servers.other, 'other', images.public, {
    projectId: projects.other,
    userId: users.other.id,
  });
};
