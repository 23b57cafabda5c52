import type { Fault } from '../core/fault.ts';
import type { BodyToForward } from '../pipeline/onward.ts';
import type { Outcome } from '../pipeline/run.ts';

/** The gateway answers itself: with a refusal, or with what the upstream said to a look-up. */
export type Stop = Fault | Extract<Outcome, { kind: 'relay' }>;

export const isStop = (body: BodyToForward | Stop): body is Stop =>
  typeof body === 'object' && ('code' in body || 'kind' in body);
