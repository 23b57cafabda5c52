import { isObject } from '../core/json.ts';
import type { ServerDetail } from '../core/ports.ts';

/** Reads a server as Nova describes it; `undefined` when it is not one. */
export const serverDetail = (value: unknown): ServerDetail | undefined => {
  if (!isObject(value)) return undefined;
  const { id, status, tenant_id: projectId, image, updated } = value;
  if (typeof id !== 'string' || typeof status !== 'string') return undefined;
  const imageId = isObject(image) ? image['id'] : undefined;
  const diskConfig = value['OS-DCF:diskConfig'];
  const updatedAt = typeof updated === 'string' ? Date.parse(updated) : Number.NaN;
  return {
    id,
    status: status.toUpperCase(),
    projectId: typeof projectId === 'string' ? projectId : undefined,
    // A server booted from a volume has the empty string here.
    imageId: typeof imageId === 'string' && imageId !== '' ? imageId : undefined,
    diskConfig: typeof diskConfig === 'string' ? diskConfig : undefined,
    updatedAt: Number.isNaN(updatedAt) ? undefined : updatedAt,
  };
};
