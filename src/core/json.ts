export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A body that was read completely: the bytes that are judged are the bytes that are forwarded. */
export interface JsonBody {
  readonly bytes: Uint8Array;
  readonly value: Json;
}
