import type { Reply } from '../wsgi.ts';
import { readDeclaredBody, wsgiHeader } from '../wsgi.ts';
import { attributeOf } from './attributes.ts';
import { parseGlanceBody } from './body.ts';
import type { PatchChange } from './patch-request.ts';
import { patchTypes, readPatch } from './patch-request.ts';
import type { GlanceCall, GlanceHandler } from './reply.ts';
import { glanceError, glanceJson, noImage } from './reply.ts';
import type { ImageRecord } from './store.ts';
import { mayChange, visibleImage, writeProperties } from './store.ts';
import { imageView } from './view.ts';

/** Glance's `image_property_quota`. */
export const propertyQuota = 128;

/** Who may not set this attribute to this value: 403 with the sentence, or `undefined`. */
export const attributeForbidden = (call: GlanceCall, key: string, value: unknown): string | undefined => {
  if (call.caller.isAdmin) return undefined;
  if (key === 'owner') return "Owner can't be updated by non admin.";
  const publishes = key === 'visibility' && value === 'public';
  return publishes ? 'You are not authorized to complete publicize_image action.' : undefined;
};

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** One operation on the copy; a property that is not there is 409 for replace and remove, not 404. */
const applyChange = (
  call: GlanceCall,
  image: ImageRecord,
  properties: Map<string, string>,
  change: PatchChange,
): Refusal | undefined => {
  const { op, key, value, strictAdd } = change;
  const forbidden = op === 'remove' ? undefined : attributeForbidden(call, key, value);
  if (forbidden !== undefined) return { status: 403, message: forbidden };
  if (!mayChange(image, call.caller)) return { status: 403, message: 'You do not own this image' };
  const attribute = attributeOf(key);
  const present = attribute !== undefined || properties.has(key);
  if (op === 'add' && present && strictAdd) {
    return { status: 409, message: `Property ${key} already present.` };
  }
  if (op !== 'add' && !present) return { status: 409, message: `Property ${key} does not exist.` };
  if (op === 'remove') {
    if (attribute) return { status: 403, message: `Property ${key} may not be removed.` };
    properties.delete(key);
  } else if (attribute) Object.assign(image, attribute.field(value));
  else properties.set(key, value as string);
  return undefined;
};

const applyAll = (call: GlanceCall, image: ImageRecord, changes: readonly PatchChange[]): Reply => {
  // Changes are made on a copy, so that a refused operation leaves nothing of those before it.
  const copy: ImageRecord = { ...image };
  const properties = new Map(image.properties);
  for (const change of changes) {
    const refusal = applyChange(call, copy, properties, change);
    if (refusal) return glanceError(call, refusal.status, refusal.message);
  }
  if (properties.size > propertyQuota) {
    return glanceError(call, 413, `Attempted: ${properties.size}, Maximum: ${propertyQuota}`);
  }
  if (!writeProperties(copy, properties, call.world.now())) {
    return glanceError(
      call,
      500,
      'The server has either erred or is incapable of performing the requested operation.',
    );
  }
  if (changes.length > 0) Object.assign(image, copy);
  return glanceJson(200, imageView(image));
};

/** `PATCH /v2/images/{id}`: the way in which today's clients change properties. */
export const patchImage: GlanceHandler = async (call) => {
  const type = wsgiHeader(call.request, 'content-type')?.split(';', 1)[0]?.trim() ?? '';
  const strictAdd = patchTypes.get(type);
  if (strictAdd === undefined) {
    const headers = { 'accept-patch': [...patchTypes.keys()].join(', ') };
    return glanceError(call, 415, 'The request media type is not supported by this server.', headers);
  }
  const body = await parseGlanceBody(call, readDeclaredBody);
  if ('status' in body) return body;
  const changes = readPatch(body.json, strictAdd);
  if ('message' in changes) return glanceError(call, changes.status, changes.message);
  const image = visibleImage(call.world, call.caller, call.params['id'] ?? '');
  return image ? applyAll(call, image, changes) : noImage(call);
};
