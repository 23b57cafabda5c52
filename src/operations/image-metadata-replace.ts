import type { Operation } from '../core/operation.ts';
import { imageMetadataMerge } from './image-metadata-merge.ts';
import { writtenMap } from './metadata-body.ts';

/** Keys that the body does not name go away, silently: the reason why rules speak of the change, not of the body. */
export const imageMetadataReplace: Operation = {
  ...imageMetadataMerge,
  name: 'image-metadata-replace',
  summary: 'Replaces all metadata of an image; keys that are not sent are removed.',
  method: 'PUT',
  intent(body, { imageId = '' }) {
    const sent = writtenMap(body, 'metadata');
    if (sent.kind === 'malformed') return sent;
    return {
      kind: 'metadata',
      target: { kind: 'image', imageId },
      named: Object.keys(sent.map),
      replaces: true,
      apply: () => sent.map,
    };
  },
};
