import type { IncomingMessage } from 'node:http';
import type { Reply } from '../wsgi.ts';
import type { GlanceCall } from './reply.ts';
import { glanceError } from './reply.ts';

const bodyLimit = 114_688;

/** The JSON body of a call. Unlike Nova's, Glance's content type is not looked at here. */
export const parseGlanceBody = async (
  call: GlanceCall,
  read: (request: IncomingMessage, limit: number) => Promise<Buffer | undefined>,
): Promise<{ readonly json: unknown } | Reply> => {
  const bytes = await read(call.request, bodyLimit);
  if (!bytes) return glanceError(call, 413, `Request is too large. Larger than ${bodyLimit} bytes.`);
  if (bytes.length === 0) return glanceError(call, 400, 'Body expected in request.');
  try {
    return { json: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return glanceError(call, 400, 'Malformed JSON in request body.');
  }
};
