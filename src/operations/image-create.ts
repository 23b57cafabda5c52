import { isObject } from '../core/json.ts';
import { malformed, type Operation } from '../core/operation.ts';
import { imageAttributes } from './image-attributes.ts';
import { mergeInto } from './image-metadata-merge.ts';
import { foldKeys, stringsOf } from './metadata-body.ts';

/** Properties stand beside the attributes in one flat object. */
const properties = (body: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !imageAttributes.has(name)));

export const imageCreate: Operation = {
  name: 'image-create',
  summary: 'Creates an image in Glance, with properties.',
  api: 'image',
  method: 'POST',
  path: '/images',
  mediaTypes: ['application/json'],
  normalise(body) {
    if (!isObject(body)) return malformed('The body must be a JSON object that describes the image.');
    const sent = stringsOf(properties(body), '');
    if (sent.kind === 'malformed') return sent;
    const folded = foldKeys(sent.map, '/');
    if (folded.kind === 'malformed') return folded;
    const attributes = Object.entries(body).filter(([name]) => imageAttributes.has(name));
    return {
      kind: 'normalised',
      body: { ...Object.fromEntries(attributes), ...folded.map } as never,
      key: undefined,
    };
  },
  intent(body) {
    if (!isObject(body)) return malformed('The body must be a JSON object that describes the image.');
    const sent = stringsOf(properties(body), '');
    if (sent.kind === 'malformed') return sent;
    return {
      kind: 'metadata',
      target: { kind: 'new-image' },
      named: Object.keys(sent.map),
      replaces: false,
      apply: (before) => mergeInto(before, sent.map),
    };
  },
};
