import type { Admission } from './admit.ts';
import { type Lookups, RequestExchange } from './exchange.ts';

export interface Arrival {
  readonly requestId: string;
  readonly method: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** The exchange of a request that was admitted, before its first stage. */
export const beginExchange = (
  { found, target, headers }: Extract<Admission, { kind: 'admitted' }>,
  { requestId, method, receivedAt }: Arrival,
  lookups: Lookups,
): RequestExchange =>
  new RequestExchange(
    {
      requestId,
      method,
      path: target.path,
      query: target.query,
      params: found.params,
      headers: headers.seen,
      clientAddress: headers.clientAddress,
      routeId: found.chain.route.id,
      operation: found.operation,
      receivedAt,
    },
    lookups,
  );
