import { addImage } from '../image/store.ts';
import { objectAt, stringAt } from '../plain-json.ts';
import type { NovaAnswer, NovaCall } from './call.ts';
import { fault, unexpectedError } from './call.ts';
import { foldedEntries } from './image-properties.ts';
import { metadataItems } from './images-metadata.ts';
import type { ServerRecord } from './server-lifecycle.ts';

/**
 * `createImage`: a private image of the caller's project. It takes over the properties that the server's image had when
 * the server was built, and the `metadata` of the request goes over them: one more way to set any property.
 */
export const createImage = (
  call: NovaCall,
  server: ServerRecord,
  wanted: Record<string, unknown>,
): NovaAnswer => {
  const asked = foldedEntries(call.world, objectAt(wanted, 'metadata') as Record<string, string>);
  if (asked.length > metadataItems) return fault(403, 'Image metadata limit exceeded');
  const properties = new Map([
    ...server.imageProperties,
    ['base_image_ref', server.imageId ?? ''],
    ['image_type', 'snapshot'],
    ['instance_uuid', server.id],
    ['user_id', call.caller.userId],
    ...asked,
  ] as [string, string][]);
  const image = addImage(call.world, {
    id: call.world.uuid(),
    name: stringAt(wanted, 'name') ?? '',
    owner: call.caller.projectId,
    visibility: 'private',
    status: 'active',
    containerFormat: 'bare',
    diskFormat: 'raw',
    data: new Uint8Array(0),
    properties: Object.fromEntries(properties),
  });
  if (!image) return unexpectedError('glanceclient.exc.HTTPInternalServerError');
  return {
    status: 202,
    headers: {
      'content-type': 'text/html; charset=UTF-8',
      location: `${call.world.urls.image}/images/${image.id}`,
    },
  };
};
