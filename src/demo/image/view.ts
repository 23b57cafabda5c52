import { createHash } from 'node:crypto';
import type { ImageRecord } from './store.ts';

const time = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const digest = (algorithm: string, data: Uint8Array): string =>
  createHash(algorithm).update(data).digest('hex');

/** An image as Glance v2 shows it: properties and attributes side by side, the attributes win. */
export const imageView = (image: ImageRecord): Record<string, unknown> => {
  const { data } = image;
  return {
    ...Object.fromEntries(image.properties),
    name: image.name,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    visibility: image.visibility,
    size: data?.byteLength ?? null,
    virtual_size: data?.byteLength ?? null,
    status: image.status,
    checksum: data ? digest('md5', data) : null,
    protected: image.protected,
    min_ram: image.minRam,
    min_disk: image.minDisk,
    owner: image.owner,
    os_hidden: image.osHidden,
    os_hash_algo: data ? 'sha512' : null,
    os_hash_value: data ? digest('sha512', data) : null,
    id: image.id,
    created_at: time(image.createdAt),
    updated_at: time(image.updatedAt),
    tags: image.tags,
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: '/v2/schemas/image',
  };
};
