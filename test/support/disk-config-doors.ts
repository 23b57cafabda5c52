import { seedIds } from '../../src/demo/seed-ids.ts';

const patchType = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
const oldPatchType = { 'content-type': 'application/openstack-images-v2.0-json-patch' };

/** One way to the metadata of an image. */
export interface Door {
  readonly name: string;
  readonly method: string;
  readonly path: (image: string) => string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The path of the collection. */
export const metadata = (image: string) => `/v2/images/${image}/metadata`;
const item = (image: string) => `${metadata(image)}/auto_disk_config`;
const glance = (image: string) => `/v2/images/${image}`;

/** Every way to change, or take away, the key of an image. */
export const doors: readonly Door[] = [
  {
    name: 'POST metadata',
    method: 'POST',
    path: metadata,
    body: { metadata: { auto_disk_config: 'FALSE' } },
  },
  {
    name: 'POST metadata under a version and a project',
    method: 'POST',
    path: (image) => `/v2.1/${seedIds.projects.demo}/images/${image}/metadata`,
    body: { metadata: { auto_disk_config: 'FALSE' } },
  },
  {
    name: 'POST metadata.json',
    method: 'POST',
    path: (image) => `${metadata(image)}.json`,
    body: { metadata: { auto_disk_config: 'FALSE' } },
  },
  {
    name: 'POST metadata with escapes in the key',
    method: 'POST',
    path: metadata,
    body: '{"metadata":{"auto\\u005fdisk_config":"FALSE"}}',
  },
  {
    name: 'POST metadata in another case',
    method: 'POST',
    path: metadata,
    body: { metadata: { Auto_Disk_Config: 'FALSE' } },
  },
  {
    name: 'POST metadata under the alias',
    method: 'POST',
    path: metadata,
    body: { metadata: { hw_auto_disk_config: 'FALSE' } },
  },
  {
    name: 'PUT metadata with the key',
    method: 'PUT',
    path: metadata,
    body: { metadata: { auto_disk_config: 'FALSE' } },
  },
  { name: 'PUT metadata without the key', method: 'PUT', path: metadata, body: { metadata: { label: 'x' } } },
  { name: 'PUT key', method: 'PUT', path: item, body: { meta: { auto_disk_config: 'FALSE' } } },
  { name: 'DELETE key', method: 'DELETE', path: item },
  { name: 'DELETE key with a suffix', method: 'DELETE', path: (image) => `${item(image)}.json` },
  {
    name: 'PATCH replace',
    method: 'PATCH',
    path: glance,
    headers: patchType,
    body: [{ op: 'replace', path: '/auto_disk_config', value: 'FALSE' }],
  },
  {
    name: 'PATCH remove',
    method: 'PATCH',
    path: glance,
    headers: patchType,
    body: [{ op: 'remove', path: '/auto_disk_config' }],
  },
  {
    name: 'PATCH remove and add',
    method: 'PATCH',
    path: glance,
    headers: patchType,
    body: [
      { op: 'remove', path: '/auto_disk_config' },
      { op: 'add', path: '/auto_disk_config', value: 'FALSE' },
    ],
  },
  {
    name: 'PATCH in the older dialect',
    method: 'PATCH',
    path: glance,
    headers: oldPatchType,
    body: [{ replace: '/auto_disk_config', value: 'FALSE' }],
  },
  {
    name: 'PATCH under another minor version',
    method: 'PATCH',
    path: (image) => `/v2.9/images/${image}`,
    headers: patchType,
    body: [{ op: 'remove', path: '/auto_disk_config' }],
  },
];
