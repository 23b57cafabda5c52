import type { Exchange } from '../core/exchange.ts';
import type { Identity } from '../core/identity.ts';
import type { Pass } from '../core/verdict.ts';
import type { AuthenticateOptions } from './authenticate-options.ts';
import type { CallerToken } from './caller-token.ts';
import { serviceHeadersOf, upstreamHeadersOf } from './identity-upstream-headers.ts';

const tokenHeaders: readonly string[] = ['x-auth-token', 'x-storage-token', 'x-service-token'];
const serviceTokenHeader: readonly string[] = ['x-service-token'];

/**
 * The verdict for an accepted caller. In the common case it is one frozen object per identity: nothing is computed
 * for a request whose token is cached.
 */
export const acceptance = (options: AuthenticateOptions, challenge: string) => {
  const headersOf = upstreamHeadersOf(options);
  const plain = new WeakMap<Identity, Pass>();
  const plainPass = (identity: Identity): Pass => {
    let verdict = plain.get(identity);
    if (verdict === undefined) {
      const base = { kind: 'pass', identity, upstreamHeaders: headersOf(identity), challenge } as const;
      verdict = Object.freeze(options.stripToken ? { ...base, dropUpstreamHeaders: tokenHeaders } : base);
      plain.set(identity, verdict);
    }
    return verdict;
  };
  return (
    x: Exchange,
    found: Extract<CallerToken, { kind: 'token' }>,
    identity: Identity,
    service: Identity | undefined,
  ): Pass => {
    const verdict = plainPass(identity);
    const extraToken = service === undefined && x.headers['x-service-token'] !== undefined;
    if (found.plain && service === undefined && !extraToken) return verdict;
    return {
      ...verdict,
      ...(extraToken && !options.stripToken && { dropUpstreamHeaders: serviceTokenHeader }),
      upstreamHeaders: {
        ...verdict.upstreamHeaders,
        ...(service !== undefined && serviceHeadersOf(service)),
        // What is forwarded is what was judged: one value, without white space.
        ...(!found.plain && !options.stripToken && { 'x-auth-token': found.token }),
      },
    };
  };
};
