import type { JsonObject } from '../core/json.ts';
import type { CloudLimitsPort } from '../core/ports.ts';
import { ask, type CloudApi, malformedAnswer, member } from './cloud-lookup.ts';

/** Reads Nova's `GET /limits`, whose `absolute` part says what a project has and uses. */
export const createCloudLimits = (compute: CloudApi): CloudLimitsPort => ({
  async limits(query, caller, signal) {
    const answer = await ask(compute, `/limits${query}`, caller, signal);
    if (answer.kind !== 'found') return answer;
    const limits = member(answer.value, 'limits');
    return limits === undefined ? malformedAnswer : { kind: 'found', value: limits as JsonObject };
  },
});
