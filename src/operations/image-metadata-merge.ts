import { type Metadata, metadata } from '../core/metadata.ts';
import type { Operation } from '../core/operation.ts';
import { foldKeys, stringMap, writtenMap } from './metadata-body.ts';

/** The seed's call: keys of the body are added or changed, all others stay. */
export const imageMetadataMerge: Operation = {
  name: 'image-metadata-merge',
  summary: 'Adds keys to the metadata of an image, or changes their values.',
  api: 'compute',
  method: 'POST',
  path: '/images/:imageId/metadata',
  mediaTypes: ['application/json'],
  normalise(body) {
    const sent = stringMap(body, 'metadata');
    if (sent.kind === 'malformed') return sent;
    const folded = foldKeys(sent.map, '/metadata');
    return folded.kind === 'malformed'
      ? folded
      : { kind: 'normalised', body: { metadata: folded.map }, key: undefined };
  },
  intent(body, { imageId = '' }) {
    const sent = writtenMap(body, 'metadata');
    if (sent.kind === 'malformed') return sent;
    return {
      kind: 'metadata',
      target: { kind: 'image', imageId },
      named: Object.keys(sent.map),
      replaces: false,
      apply: (before) => mergeInto(before, sent.map),
    };
  },
};

/** The state after `changes` were written over `before`; neither is touched. */
export const mergeInto = (before: Metadata, changes: Metadata): Metadata => {
  const after = metadata(Object.entries(before));
  for (const [key, value] of Object.entries(changes)) after[key] = value;
  return after;
};
