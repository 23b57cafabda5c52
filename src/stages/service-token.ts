import type { Exchange } from '../core/exchange.ts';
import { hasAnyRole, type Identity } from '../core/identity.ts';
import type { TokenAnswer, TokensPort } from '../core/ports.ts';
import { tokenIn } from './caller-token.ts';

/** What a request's service token says. `answer` is an answer that gives no usable identity. */
export type ServiceVerdict =
  | { readonly kind: 'accepted'; readonly identity: Identity }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'answer'; readonly answer: Exclude<TokenAnswer, { kind: 'valid' | 'invalid' }> };

/**
 * Reads `X-Service-Token`, by which a service vouches for a call it makes for a user. Without required roles any
 * user could lift the access rules of an application credential by sending a second token
 * (keystonemiddleware `auth_token/_opts.py`, `service_token_roles_required`).
 * @param roles any of them is needed
 * @returns what to ask of a request; `undefined`: it has none, or none are accepted here
 */
export const serviceTokenCheck = (roles: readonly string[], tokens: TokensPort) => {
  const wanted = new Set(roles.map((role) => role.toLowerCase()));
  const judge = (answer: TokenAnswer): ServiceVerdict => {
    if (answer.kind === 'invalid') return refused('The service token in X-Service-Token is not valid.');
    if (answer.kind !== 'valid') return { kind: 'answer', answer };
    const { identity } = answer;
    if (identity.bound || !hasAnyRole(identity, wanted)) {
      return refused(`The user of the service token needs one of the roles ${roles.join(', ')}.`);
    }
    return { kind: 'accepted', identity };
  };
  return (x: Exchange): ServiceVerdict | Promise<ServiceVerdict> | undefined => {
    if (wanted.size === 0 || x.headers['x-service-token'] === undefined) return undefined;
    const found = tokenIn(x.headers, 'X-Service-Token');
    if (found.kind === 'none') return undefined;
    if (found.kind === 'ambiguous') return refused(found.message);
    const answer = tokens.validate(found.token, x);
    return answer instanceof Promise ? answer.then(judge) : judge(answer);
  };
};

const refused = (message: string): ServiceVerdict => ({ kind: 'refused', message });
