import { defineStage } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass, type Settle, type UpstreamOutcome, type Verdict } from '../core/verdict.ts';
import { lookupFaults, lookupVerdict } from './lookup-refusal.ts';

/** No answer and 5xx leave open whether the upstream has acted; a 4xx says that it has not. */
const surelyRefused = ({ forwarded, status }: UpstreamOutcome): boolean =>
  !forwarded || (status !== undefined && status >= 400 && status < 500);
const surelyDone = (status: number | undefined): boolean =>
  status !== undefined && status >= 200 && status < 300;

export const resizeWatch = defineStage({
  name: 'resize-watch',
  summary: 'Remembers the resizes that pass, until they are confirmed or reverted.',
  options: Type.Object({}, { additionalProperties: false }),
  reads: ['identity', 'intent', 'order'],
  gives: [],
  ports: ['resizes', 'clock'],
  faults: {
    'memory-unavailable': {
      status: 503,
      name: 'serviceUnavailable',
      when: 'The store that remembers resizes for all replicas does not answer.',
    },
    ...lookupFaults,
  },
  prepare(_options, { resizes, clock }) {
    return async (x): Promise<Verdict<'memory-unavailable' | 'lookup-failed'>> => {
      const { intent } = x;
      if (intent?.kind !== 'server' || intent.serverId === undefined) return pass;
      const { action, serverId } = intent;
      if (action === 'confirm-resize') {
        return {
          kind: 'pass',
          settle: async ({ status }) => (surelyDone(status) ? resizes.forget(serverId) : undefined),
        };
      }
      if (action !== 'resize' && action !== 'migrate' && action !== 'revert-resize') return pass;
      const server = await x.server(serverId);
      if (server.kind !== 'found') return lookupVerdict(server, 'the server');
      const { imageId, projectId } = server.value;
      // Before it is forwarded: if this process dies in between, the resize is remembered all the same.
      const known = await resizes.remember({ serverId, imageId, projectId, at: clock.now() });
      if (known === undefined) {
        return deny(
          'memory-unavailable',
          'The gateway cannot take note of this resize at the moment. Nothing was changed; try again later.',
          {
            retryAfterMs: 5000,
          },
        );
      }
      const settle: Settle = async (outcome) => {
        if (known === 'new' && surelyRefused(outcome)) await resizes.forget(serverId);
      };
      return { kind: 'pass', settle };
    };
  },
});
