import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { DemoCaller } from '../middleware.ts';
import type { World } from '../world.ts';
import { origin } from '../wsgi.ts';

/** One call of the compute API, ready for its handler. */
export interface NovaCall {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly caller: DemoCaller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; `null` when the request had no body. */
  readonly body: unknown;
  /** Version and project prefix as the client wrote them, e.g. `/v2.1` or `/v2/<project>`; for links. */
  readonly prefix: string;
  /** The project in the path, with its slash, or empty. */
  readonly projectPrefix: string;
  /** Minor part of the microversion: 1 on the legacy endpoints. */
  readonly minor: number;
}

export interface NovaAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: OutgoingHttpHeaders;
}

export type NovaHandler = (call: NovaCall) => NovaAnswer;

/** Fault names (nova/api/openstack/wsgi.py class Fault); all others are `computeFault`, 406 too. */
const faultNames: Readonly<Record<number, string>> = {
  400: 'badRequest',
  403: 'forbidden',
  404: 'itemNotFound',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
};

export const ok = (body: unknown, status = 200): NovaAnswer => ({ status, body });

export const fault = (status: number, message: string): NovaAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: { [faultNames[status] ?? 'computeFault']: { code: status, message } },
});

/** Nova's answer when its own code failed: it names the Python class. */
export const unexpectedError = (className: string): NovaAnswer =>
  fault(
    500,
    `Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.\n<class '${className}'>`,
  );

export const policyForbids = (rule: string): NovaAnswer =>
  fault(403, `Policy doesn't allow os_compute_api:${rule} to be performed.`);

export const param = (call: NovaCall, name: string): string => call.params[name] ?? '';

/** The last value of a query parameter: Nova copies the query into a dictionary. */
export const queryValue = (call: NovaCall, name: string): string | undefined =>
  call.query.getAll(name).at(-1);

export const selfHref = (call: NovaCall, collection: string, id: string): string =>
  `${origin(call.request)}${call.prefix}/${collection}/${id}`;

export const bookmark = (call: NovaCall, collection: string, id: string) => ({
  rel: 'bookmark',
  href: `${origin(call.request)}${call.projectPrefix}/${collection}/${id}`,
});

export const links = (call: NovaCall, collection: string, id: string) => [
  { rel: 'self', href: selfHref(call, collection, id) },
  bookmark(call, collection, id),
];

/** Nova's time format: UTC, whole seconds. */
export const novaTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
