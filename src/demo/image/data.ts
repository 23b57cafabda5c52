import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { readBody, wsgiHeader } from '../wsgi.ts';
import type { GlanceHandler } from './reply.ts';
import { glanceError, glanceReply, noImage } from './reply.ts';
import { mayChange, visibleImage } from './store.ts';

/** Image data lives in memory, so there is an end to it. */
const dataLimit = 64 * 1024 * 1024;
const chunkBytes = 64 * 1024;

/** `PUT /v2/images/{id}/file`: chunked bodies are welcome here. */
export const uploadData: GlanceHandler = async (call) => {
  const type = wsgiHeader(call.request, 'content-type')?.split(';', 1)[0]?.trim() ?? '';
  const image = visibleImage(call.world, call.caller, call.params['id'] ?? '');
  if (type !== 'application/octet-stream') {
    return glanceError(call, 415, 'The request media type is not supported by this server.');
  }
  if (!image) return noImage(call);
  if (!mayChange(image, call.caller)) return glanceError(call, 403, 'You do not own this image');
  if (image.status !== 'queued') {
    return glanceError(call, 409, `Image status transition from ${image.status} to saving is not allowed`);
  }
  const data = await readBody(call.request, dataLimit);
  if (!data) return glanceError(call, 413, `The demo keeps at most ${dataLimit} bytes of image data.`);
  image.data = data;
  image.status = 'active';
  image.updatedAt = call.world.now();
  return glanceReply(204);
};

/** Pieces of image data, so that an answer is streamed and not written at once. */
function* pieces(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += chunkBytes) yield data.subarray(at, at + chunkBytes);
}

/** `GET /v2/images/{id}/file`; 204 when there is no data yet. */
export const downloadData: GlanceHandler = (call) => {
  const image = visibleImage(call.world, call.caller, call.params['id'] ?? '');
  if (!image) return noImage(call);
  const { data } = image;
  if (!data || data.byteLength === 0) return glanceReply(204);
  const reply = glanceReply(200, {
    'content-type': 'application/octet-stream',
    'content-md5': createHash('md5').update(data).digest('hex'),
    'content-length': data.byteLength,
  });
  return { ...reply, body: Readable.from(pieces(data)) };
};
