import { isObject } from '../plain-json.ts';
import { origin, readDeclaredBody } from '../wsgi.ts';
import { attributeOf, imageError, isReserved, readOnly } from './attributes.ts';
import { parseGlanceBody } from './body.ts';
import { attributeForbidden, propertyQuota } from './patch.ts';
import type { GlanceCall, GlanceHandler } from './reply.ts';
import { glanceError, glanceJson, glanceReply, noImage } from './reply.ts';
import type { ImageRecord } from './store.ts';
import { addImage, listedImages, mayChange, pageOf, visibleImage } from './store.ts';
import { imageView } from './view.ts';

/** Glance's `limit_param_default`. */
const defaultLimit = 25;

const notFilters: ReadonlySet<string> = new Set(
  'limit marker sort sort_key sort_dir member_status visibility'.split(' '),
);

/** Every other query parameter asks for an attribute or a property with just this value. */
const matches = (call: GlanceCall, image: ImageRecord): boolean => {
  const view = imageView(image);
  const wanted = [...call.query.entries()].filter(([key]) => !notFilters.has(key));
  return wanted.every(([key, value]) => Object.hasOwn(view, key) && String(view[key]) === value);
};

/** `GET /v2/images`. */
export const listImages: GlanceHandler = (call) => {
  const { world, caller, query } = call;
  const asked = query.get('limit');
  if (asked !== null && !/^-?\d+$/.test(asked)) {
    return glanceError(call, 400, 'limit param must be an integer');
  }
  if (Number(asked) < 0) return glanceError(call, 400, 'limit param must be positive');
  const limit = Math.min(asked === null ? defaultLimit : Number(asked), world.pageSize);
  const visibility = query.get('visibility') ?? 'all';
  const pool = visibility === 'community' ? [...world.images.values()] : listedImages(world, caller);
  const all = pool.filter(
    (image) => (visibility === 'all' || image.visibility === visibility) && matches(call, image),
  );
  const marker = query.get('marker') ?? undefined;
  const page = pageOf(all, marker, limit);
  if (!page) return glanceError(call, 400, `Invalid marker. Image could not be found: ${marker}`);
  const href = (from?: string): string => {
    const params = new URLSearchParams(query);
    params.delete('marker');
    if (from !== undefined) params.set('marker', from);
    return params.size === 0 ? '/v2/images' : `/v2/images?${params}`;
  };
  const last = page.at(-1);
  return glanceJson(200, {
    images: page.map(imageView),
    first: href(),
    ...(last && page.length === limit ? { next: href(last.id) } : {}),
    schema: '/v2/schemas/images',
  });
};

const named = (call: GlanceCall): ImageRecord | undefined =>
  visibleImage(call.world, call.caller, call.params['id'] ?? '');

/** `GET /v2/images/{id}`. */
export const showImage: GlanceHandler = (call) => {
  const image = named(call);
  return image ? glanceJson(200, imageView(image)) : noImage(call);
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `POST /v2/images`: the image's record; its data comes with a later `PUT`. Shared unless it says otherwise. */
export const createImage: GlanceHandler = async (call) => {
  const { world, caller } = call;
  const body = await parseGlanceBody(call, readDeclaredBody);
  if ('status' in body) return body;
  const wanted = body.json;
  const entries = isObject(wanted) ? Object.entries(wanted) : [];
  for (const [key, value] of entries) {
    if (key !== 'id' && readOnly.has(key)) return glanceError(call, 403, `Attribute '${key}' is read-only.`);
    if (isReserved(key)) return glanceError(call, 403, `Attribute '${key}' is reserved.`);
    const own = key === 'owner' && value === caller.projectId;
    const forbidden = own ? undefined : attributeForbidden(call, key, value);
    if (forbidden !== undefined) return glanceError(call, 403, forbidden);
  }
  const wrong = imageError(wanted);
  if (wrong !== undefined) return glanceError(call, 400, wrong);
  const given = new Map(entries);
  const id = given.get('id') ?? world.uuid();
  if (typeof id !== 'string' || !uuid.test(id)) return glanceError(call, 400, 'Invalid image id format');
  if (world.images.has(id)) return glanceError(call, 409, `Image ID ${id} already exists!`);
  const properties = entries.filter(([key]) => key !== 'id' && !attributeOf(key)) as [string, string][];
  if (properties.length > propertyQuota) {
    return glanceError(call, 413, `Attempted: ${properties.length}, Maximum: ${propertyQuota}`);
  }
  const image = addImage(world, {
    id,
    name: null,
    owner: caller.projectId,
    visibility: 'shared',
    properties: Object.fromEntries(properties),
  });
  if (!image) return glanceError(call, 500, 'The server has either erred.');
  for (const [key, value] of entries) Object.assign(image, attributeOf(key)?.field(value));
  return glanceJson(201, imageView(image), { location: `${origin(call.request)}/v2/images/${id}` });
};

/** `DELETE /v2/images/{id}`. */
export const deleteImage: GlanceHandler = (call) => {
  const image = named(call);
  if (!image) return noImage(call);
  if (!mayChange(image, call.caller)) return glanceError(call, 403, 'You do not own this image');
  if (image.protected) {
    return glanceError(call, 403, `Image ${image.id} is protected and cannot be deleted.`);
  }
  call.world.images.delete(image.id);
  return glanceReply(204);
};
