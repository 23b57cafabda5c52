import type { UserName } from '../support/users.ts';

/** One request of the set that is sent to the service itself and through the gateway. */
export interface Exchange {
  /** Unique in the whole set; the name of its row in docs/compatibility.md. */
  readonly name: string;
  readonly api: 'compute' | 'image';
  readonly method: string;
  /** With `{image}`, `{server}`, `{project}`, `{otherProject}` and the like, see `fill`. */
  readonly target: string;
  /** Whose token is sent; `undefined`: demo's, `nobody`: none. */
  readonly as?: UserName | 'nobody' | undefined;
  readonly headers?: readonly (readonly [string, string])[] | undefined;
  readonly body?: string | Uint8Array | undefined;
  readonly framing?: 'length' | 'chunked' | 'none' | undefined;
  readonly version?: string | undefined;
  /** True: run on images of its own, because what it leaves behind would spoil the others. */
  readonly alone?: boolean | undefined;
}

export interface ExchangeGroup {
  readonly title: string;
  /** True: the exchanges need servers. */
  readonly servers?: boolean;
  readonly exchanges: readonly Exchange[];
}

export type Extra = Partial<Omit<Exchange, 'name' | 'api' | 'method' | 'target' | 'body'>>;

export const json = ['Content-Type', 'application/json'] as const;

/** A compute call; a body that is no string or bytes is sent as JSON, and declared as JSON unless `extra` says otherwise. */
export const nova = (
  name: string,
  method: string,
  target: string,
  body?: unknown,
  extra: Extra = {},
): Exchange => call('compute', name, method, target, body, extra);

/** An image call, likewise. */
export const glance = (
  name: string,
  method: string,
  target: string,
  body?: unknown,
  extra: Extra = {},
): Exchange => call('image', name, method, target, body, extra);

const call = (
  api: Exchange['api'],
  name: string,
  method: string,
  target: string,
  body: unknown,
  extra: Extra,
): Exchange => {
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  return {
    name,
    api,
    method,
    target,
    ...(body === undefined ? {} : { headers: [json] }),
    ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    ...extra,
  };
};

/** Where the metadata of the image stands. */
export const metadataPath = '/v2.1/images/{image}/metadata';
