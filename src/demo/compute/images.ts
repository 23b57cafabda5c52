import type { ImageRecord } from '../image/store.ts';
import { listedImages, mayChange } from '../image/store.ts';
import { boolFromString } from '../python-text.ts';
import type { NovaAnswer, NovaCall, NovaHandler } from './call.ts';
import { fault, links, novaTime, ok, queryValue } from './call.ts';
import { poisoned, shownProperties } from './image-properties.ts';
import { imageNotFound, namedImage } from './images-metadata.ts';
import { isAnswer, paged } from './paging.ts';

const statuses = { active: 'ACTIVE', queued: 'SAVING', deactivated: 'UNKNOWN' } as const;
const progress = { active: 100, queued: 25, deactivated: 0 } as const;

const imageLinks = (call: NovaCall, image: ImageRecord) => [
  ...links(call, 'images', image.id),
  {
    rel: 'alternate',
    type: 'application/vnd.openstack.image',
    href: `${call.world.urls.image}/images/${image.id}`,
  },
];

const briefView = (call: NovaCall, image: ImageRecord) => ({
  id: image.id,
  name: image.name,
  links: imageLinks(call, image),
});

const detailView = (
  call: NovaCall,
  image: ImageRecord,
  metadata: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const diskConfig = image.properties.get('auto_disk_config');
  const serverId = image.properties.get('instance_uuid');
  return {
    id: image.id,
    name: image.name,
    minRam: image.minRam,
    minDisk: image.minDisk,
    metadata,
    created: novaTime(image.createdAt),
    updated: novaTime(image.updatedAt),
    status: statuses[image.status],
    progress: progress[image.status],
    'OS-EXT-IMG-SIZE:size': image.data?.byteLength ?? 0,
    ...(diskConfig === undefined
      ? {}
      : { 'OS-DCF:diskConfig': boolFromString(diskConfig) ? 'AUTO' : 'MANUAL' }),
    ...(serverId === undefined ? {} : { server: { id: serverId, links: links(call, 'servers', serverId) } }),
    links: imageLinks(call, image),
  };
};

const list =
  (collection: string): NovaHandler =>
  (call) => {
    const name = queryValue(call, 'name');
    const all = listedImages(call.world, call.caller).filter(
      (image) => name === undefined || image.name === name,
    );
    const page = paged(call, all, collection);
    if (isAnswer(page)) return page;
    if (collection === 'images') {
      return ok({ images: page.items.map((image) => briefView(call, image)), ...page.links });
    }
    const images: unknown[] = [];
    for (const image of page.items) {
      const metadata = shownProperties(call.world, image);
      // One poisoned image makes the listing fail for everybody who sees it.
      if (!metadata) return poisoned();
      images.push(detailView(call, image, metadata));
    }
    return ok({ images, ...page.links });
  };

export const listImages = list('images');
export const listImagesDetail = list('images/detail');

export const showImage: NovaHandler = (call) => {
  const image = namedImage(call);
  if (!image) return imageNotFound();
  const metadata = shownProperties(call.world, image);
  return metadata ? ok({ image: detailView(call, image, metadata) }) : poisoned();
};

export const deleteImage: NovaHandler = (call): NovaAnswer => {
  const image = namedImage(call);
  if (!image) return imageNotFound();
  if (image.protected || !mayChange(image, call.caller)) {
    return fault(403, 'You are not allowed to delete the image.');
  }
  call.world.images.delete(image.id);
  return { status: 204 };
};
