import { malformed, type Operation } from '../core/operation.ts';
import { mergeInto } from './image-metadata-merge.ts';
import { foldKey, foldKeys, shorten, stringMap, writtenMap } from './metadata-body.ts';

/** One key, named twice: in the path and in the body. Nova refuses a mismatch, so a reader may trust either. */
export const imageMetadataItemSet: Operation = {
  name: 'image-metadata-item-set',
  summary: 'Sets one key of the metadata of an image.',
  api: 'compute',
  method: 'PUT',
  path: '/images/:imageId/metadata/:key',
  mediaTypes: ['application/json'],
  normalise(body, { key = '' }) {
    const sent = stringMap(body, 'meta');
    if (sent.kind === 'malformed') return sent;
    const folded = foldKeys(sent.map, '/meta');
    if (folded.kind === 'malformed') return folded;
    return { kind: 'normalised', body: { meta: folded.map }, key: foldKey(key) };
  },
  intent(body, { imageId = '', key = '' }) {
    const sent = writtenMap(body, 'meta');
    if (sent.kind === 'malformed') return sent;
    const names = Object.keys(sent.map);
    if (names.length !== 1)
      return malformed('The body\'s member "meta" must hold exactly one key, the one in the path.');
    if (names[0] !== key) {
      return malformed(
        `The key in the body, "${shorten(names[0] ?? '')}", is not the key in the path, "${shorten(key)}". Name the same key twice.`,
      );
    }
    return {
      kind: 'metadata',
      target: { kind: 'image', imageId },
      named: [key],
      replaces: false,
      apply: (before) => mergeInto(before, sent.map),
    };
  },
};
