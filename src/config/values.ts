import type { Secret } from '../core/secret.ts';
import { type TUnsafe, Type } from '../core/type.ts';

/** Kinds of values that `config/gateway.yaml` is made of, and that JSON Schema alone cannot check. */

export const closed = { additionalProperties: false } as const;

/** Marks a text for `held.ts`, which checks it or fetches what it stands for. */
export type Held =
  | 'secret'
  | 'origin'
  | 'url'
  | 'identity-url'
  | 'redis-url'
  | 'network'
  | 'host'
  | 'folder'
  | 'file'
  | 'static-tokens';

export const held = <T = string>(holds: Held, description: string, more: object = {}): TUnsafe<T> =>
  Type.Unsafe<T>({ type: 'string', holds, description, ...more });

/** What a secret looks like in the file; editors complain of anything else as one types. */
export const secretPattern = '^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$';

export const secret = (description: string): TUnsafe<Secret> =>
  Type.Unsafe<Secret>({
    type: 'string',
    holds: 'secret',
    pattern: secretPattern,
    expects: 'a secret: write env:NAME or file:PATH, never the secret itself',
    description: `${description} Written as env:NAME or file:PATH.`,
  });

/** A time in milliseconds, from 1 to a day unless said otherwise. */
export const milliseconds = (description: string, value: number, minimum = 1) =>
  Type.Integer({
    minimum,
    maximum: 86_400_000,
    default: value,
    description: `${description} In milliseconds.`,
  });

export const count = (description: string, value: number, minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, default: value, description });

export const port = (description: string, value: number) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: value, description });
