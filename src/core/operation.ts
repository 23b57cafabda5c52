import type { Json } from './json.ts';
import type { Metadata } from './metadata.ts';

/** Which API of the cloud a call belongs to; the gateway asks the same one for the state before a write. */
export type Api = 'compute' | 'image';

/** A write of image properties, told as a function from the state before to the state after. */
export interface MetadataIntent {
  readonly kind: 'metadata';
  /** Where the properties live that are about to change. */
  readonly target:
    | { readonly kind: 'image'; readonly imageId: string }
    | { readonly kind: 'new-image' }
    /** A snapshot of a server takes over the properties of the server's image. */
    | { readonly kind: 'snapshot'; readonly serverId: string };
  /** Keys that the request itself names, in its own spelling. */
  readonly named: readonly string[];
  /** True when keys that the request does not name go away (a replacement of the whole map). */
  readonly replaces: boolean;
  apply(before: Metadata): Metadata;
}

/** An action on a server that matters to the resize guard. */
export interface ServerIntent {
  readonly kind: 'server';
  readonly action:
    | 'resize'
    | 'confirm-resize'
    | 'revert-resize'
    | 'rebuild'
    | 'migrate'
    | 'create'
    | 'update';
  /** `undefined` when the server is about to be created. */
  readonly serverId: string | undefined;
  /** The image the server is (re)built from, if the request names one. */
  readonly imageId: string | undefined;
  /** `OS-DCF:diskConfig` of the request. */
  readonly diskConfig: string | undefined;
}

/** Nothing in this request concerns image metadata or resizes (a reboot, say). */
export interface NoIntent {
  readonly kind: 'none';
}

export type Intent = MetadataIntent | ServerIntent | NoIntent;

/** A body of the wrong shape: the sentence says what is wrong. */
export interface MalformedIntent {
  readonly kind: 'malformed';
  readonly message: string;
}

export type Params = Readonly<Record<string, string>>;

/** A call of the cloud's API that policies can judge. A new one is one file and one line in `operations/index.ts`. */
export interface Operation {
  /** kebab-case: the name used in policy files, metrics and schema file names. */
  readonly name: string;
  readonly summary: string;
  readonly api: Api;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path behind the version and project prefixes, with `:imageId`, `:serverId`, `:key` for its parts. */
  readonly path: string;
  /** Media types the body may have. Empty: the call has no body. */
  readonly mediaTypes: readonly string[];
  /**
   * The same request with metadata keys trimmed and in lower case, for upstreams that fold keys. `key` is set when
   * the key stands in the path. Absent: the call names no metadata keys.
   */
  normalise?(body: Json, params: Params): Normalised | MalformedIntent;
  /** What the request would do. `body` is `null` for a call without one. Pure; called once per request. */
  intent(body: Json, params: Params): Intent | MalformedIntent;
}

export interface Normalised {
  readonly kind: 'normalised';
  readonly body: Json;
  readonly key: string | undefined;
}

export const noIntent: NoIntent = Object.freeze({ kind: 'none' });

export const malformed = (message: string): MalformedIntent => ({ kind: 'malformed', message });
