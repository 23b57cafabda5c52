import type { Headers } from '../core/exchange.ts';
import { isObject, type Json } from '../core/json.ts';
import type { Caller, Lookup } from '../core/ports.ts';
import type { UpstreamAnswer } from '../core/verdict.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import type { ServiceTokens } from './keystone-service-token.ts';

/** Where one API of the cloud is asked questions. */
export interface CloudApi {
  readonly client: HttpClient;
  /** Path before every call, e.g. `/v2.1`; `{project}` stands for the caller's project id. */
  readonly base: string;
  /** Asks in the gateway's own name instead of the caller's. */
  readonly own?: ServiceTokens | undefined;
}

/** Statuses by which the cloud refuses this caller: its own words are better than ours. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 406]);

/** What the cloud said, with the head that it came with. */
export interface Told {
  readonly body: Json;
  /** Names in lower case. */
  readonly headers: Headers;
}

/**
 * Asks the cloud one question.
 *
 * @param path below the API's base, query included.
 * @returns the parsed body, the cloud's own refusal, or why there is no answer.
 */
export const ask = async (
  api: CloudApi,
  path: string,
  caller: Caller,
  signal: AbortSignal,
): Promise<Lookup<Json>> => {
  const answer = await askWhole(api, path, caller, signal);
  return answer.kind === 'found' ? { kind: 'found', value: answer.value.body } : answer;
};

/**
 * The same, for an answer whose head is wanted too.
 *
 * @param headers more for the question, names in lower case.
 */
export const askWhole = async (
  api: CloudApi,
  path: string,
  caller: Caller,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Lookup<Told>> => {
  if (api.own === undefined) return askWith(api, caller.token, path, caller, signal, headers);
  const own = await api.own.current(signal);
  if (own.kind !== 'token') return own;
  return askWith(api, own.token, path, caller, signal, headers);
};

const askWith = async (
  api: CloudApi,
  token: string | undefined,
  path: string,
  caller: Caller,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<Lookup<Told>> => {
  if (token === undefined) return { kind: 'unavailable', reason: 'credential' };
  const answer = await api.client.request({
    method: 'GET',
    path: api.base.replace('{project}', encodeURIComponent(caller.projectId ?? '')) + path,
    headers: { ...headers, 'x-auth-token': token, accept: 'application/json' },
    signal,
  });
  if (answer.kind === 'failed') return { kind: 'unavailable', reason: answer.reason };
  if (answer.status === 200) return parse(answer);
  // A refusal of our own credential is our trouble, not the caller's.
  if (api.own !== undefined && (answer.status === 401 || answer.status === 403)) {
    // A new token may mend a 401, for the next question; a 403 asks for another role.
    if (answer.status === 401) api.own.refused(token);
    return { kind: 'unavailable', reason: 'credential' };
  }
  if (refusals.has(answer.status)) return { kind: 'refused', answer: upstreamAnswer(answer) };
  return { kind: 'unavailable', reason: 'status', retryAfterMs: retryAfterMs(answer) };
};

const parse = ({ body, headers }: HttpAnswer): Lookup<Told> => {
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return { kind: 'found', value: { body: json, headers } };
  } catch {
    return { kind: 'unavailable', reason: 'malformed' };
  }
};

const upstreamAnswer = ({ status, headers, body }: HttpAnswer): UpstreamAnswer => ({
  status,
  headers: presentHeaders(headers),
  body,
});

/** Those that were sent. */
export const presentHeaders = (headers: Headers): UpstreamAnswer['headers'] =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
  );

const retryAfterMs = ({ headers }: HttpAnswer): number | undefined => {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
};

/** An answer that is not of the shape the API documents is no answer. */
export const malformedAnswer = { kind: 'unavailable', reason: 'malformed' } as const;

/** A member that must be an object. */
export const member = (value: Json, name: string): Record<string, unknown> | undefined => {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : undefined;
};
