import type { Headers } from '../core/exchange.ts';
import type { JsonObject } from '../core/json.ts';
import type { CloudLimitsPort } from '../core/ports.ts';
import { askWhole, type CloudApi, malformedAnswer, member, presentHeaders } from './cloud-lookup.ts';

/** Headers by which a client chooses the version of the answer (nova `api_version_request.py`). */
const versions = ['openstack-api-version', 'x-openstack-nova-api-version'] as const;

const versionHeaders = (asked: Headers): Record<string, string> => {
  const sent: Record<string, string> = {};
  for (const name of versions) {
    const value = asked[name];
    if (value !== undefined) sent[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return sent;
};

/** The version that a path begins with, as the base of the API ends with one. */
const leading = /^\/v2(?:\.\d+)?(?=\/)/;
const trailing = /\/v2(?:\.\d+)?(?=\/\{project\}$|$)/;

/** The same API in the version of the request; one without a version is asked at the configured one. */
const inVersionOf = (path: string, base: string): string => {
  const asked = leading.exec(path)?.[0];
  return asked === undefined ? base : base.replace(trailing, asked);
};

/** Reads Nova's `GET /limits`, whose `absolute` part says what a project has and uses. */
export const createCloudLimits = (compute: CloudApi): CloudLimitsPort => ({
  async limits({ path, query, headers }, caller, signal) {
    const api = { ...compute, base: inVersionOf(path, compute.base) };
    const answer = await askWhole(api, `/limits${query}`, caller, signal, versionHeaders(headers));
    if (answer.kind !== 'found') return answer;
    const limits = member(answer.value.body, 'limits');
    if (limits === undefined) return malformedAnswer;
    return {
      kind: 'found',
      value: { limits: limits as JsonObject, headers: presentHeaders(answer.value.headers) },
    };
  },
});
