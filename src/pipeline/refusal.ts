import type { Fault, FaultSpec } from '../core/fault.ts';
import { type GatewayFault, gatewayFaults } from '../core/gateway-faults.ts';
import type { Deny } from '../core/verdict.ts';

/** A refusal of the gateway itself, before or between stages. */
export const gatewayFault = (
  key: GatewayFault,
  message: string,
  more?: Pick<Fault, 'retryAfterMs' | 'headers'>,
): Fault => {
  const spec: FaultSpec = gatewayFaults[key];
  return { code: `gateway/${key}`, status: spec.status, name: spec.name, message, ...more };
};

/** The gateway is full; whoever waits a little is served. */
export const overloaded = (): Fault =>
  gatewayFault('overloaded', 'The gateway is busy. Try again in a second.', { retryAfterMs: 1000 });

/** A stage's refusal, with the status and name that its table gives. */
export const stageFault = (
  stage: string,
  faults: Readonly<Record<string, FaultSpec>>,
  denial: Deny,
): Fault => {
  const spec = faults[denial.fault];
  if (spec === undefined)
    throw new Error(`stage ${stage} denied with a fault it does not declare: ${denial.fault}`);
  const { message, retryAfterMs, headers, members } = denial;
  return {
    code: `${stage}/${denial.fault}`,
    status: spec.status,
    name: spec.name,
    message,
    retryAfterMs,
    headers,
    members,
  };
};
