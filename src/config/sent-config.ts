import { isObject } from '../core/json.ts';
import { Secret } from '../core/secret.ts';
import { deepFreeze } from '../files/freeze.ts';
import type { GatewayConfig } from './schema.ts';

const secretKey = 'secret of images-gateway';

/**
 * A configuration as it goes to a worker, over a channel that only the two processes have. A worker must not read the
 * file again: one that is started later would see another text, or other secrets.
 */
export const packConfig = (config: GatewayConfig): unknown => packed(config);

export const unpackConfig = (sent: unknown): GatewayConfig => deepFreeze(unpacked(sent)) as GatewayConfig;

const packed = (value: unknown): unknown => {
  if (value instanceof Secret) return { [secretKey]: value.reveal(), file: value.file };
  if (Array.isArray(value)) return value.map(packed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, packed(part)]));
};

const unpacked = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unpacked);
  if (!isObject(value)) return value;
  const secret = value[secretKey];
  const { file } = value;
  if (typeof secret === 'string') return new Secret(secret, typeof file === 'string' ? file : undefined);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpacked(part)]));
};
