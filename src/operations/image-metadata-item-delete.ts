import { metadata } from '../core/metadata.ts';
import type { Operation } from '../core/operation.ts';
import { foldKey } from './metadata-body.ts';

export const imageMetadataItemDelete: Operation = {
  name: 'image-metadata-item-delete',
  summary: 'Removes one key of the metadata of an image.',
  api: 'compute',
  method: 'DELETE',
  path: '/images/:imageId/metadata/:key',
  mediaTypes: [],
  normalise: (body, { key = '' }) => ({ kind: 'normalised', body, key: foldKey(key) }),
  intent: (_body, { imageId = '', key = '' }) => ({
    kind: 'metadata',
    target: { kind: 'image', imageId },
    named: [key],
    replaces: false,
    apply: (before) => metadata(Object.entries(before).filter(([name]) => name !== key)),
  }),
};
