import type { Fault } from '../core/fault.ts';
import type { Operation, Params } from '../core/operation.ts';
import type { Snapshot } from './compile.ts';
import { wrongId } from './guarded-ids.ts';
import { gatewayFault } from './refusal.ts';
import type { Chain } from './step.ts';

export interface FoundChain {
  readonly kind: 'chain';
  readonly chain: Chain;
  readonly operation: Operation | undefined;
  readonly params: Params;
}

export interface NoChain {
  readonly kind: 'none';
  readonly fault: Fault;
}

const noParams: Params = Object.freeze(Object.create(null));

/** The chain that judges a request, or the refusal when there is none. */
export const findChain = (
  snapshot: Snapshot,
  method: string,
  segments: readonly string[],
): FoundChain | NoChain => {
  const found = snapshot.table.find(method, segments);
  if (found.kind === 'bad-method') {
    const allow = found.allow.join(', ');
    const message = `${method} is not allowed on this path. Allowed: ${allow}.`;
    return { kind: 'none', fault: gatewayFault('bad-method', message, { headers: { allow } }) };
  }
  if (found.kind === 'disguised') {
    const message =
      'There is nothing at this path. It resembles a call that is guarded here; send that one as the API writes it, in lower case, with nothing before its version.';
    return { kind: 'none', fault: gatewayFault('no-route', message) };
  }
  if (found.kind === 'unknown') {
    if (snapshot.fallback !== undefined) {
      return { kind: 'chain', chain: snapshot.fallback, operation: undefined, params: noParams };
    }
    return {
      kind: 'none',
      fault: gatewayFault('no-route', 'There is nothing at this path. Check its spelling.'),
    };
  }
  const wrong = found.operation === undefined ? undefined : wrongId(found.params);
  if (wrong !== undefined) return { kind: 'none', fault: gatewayFault('bad-id', wrong) };
  return { kind: 'chain', chain: found.value, operation: found.operation, params: found.params };
};
