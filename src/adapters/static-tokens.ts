import type { Identity } from '../core/identity.ts';
import type { ClockPort, TokenAnswer } from '../core/ports.ts';
import { type TokenSource, tokenHash } from './token-source.ts';

/** One token that is known beforehand, for demonstrations and tests. */
export interface StaticToken {
  /** SHA-256 of the token in hex, as `sha256sum` prints it, so that a configuration file holds no token. */
  readonly sha256: string;
  readonly user: { readonly id: string; readonly name?: string | undefined };
  readonly project: { readonly id: string; readonly name?: string | undefined };
  readonly roles: readonly string[];
  /** Milliseconds since the epoch; it never expires when left out. */
  readonly expiresAt?: number | undefined;
}

/** The last moment that an ISO 8601 date with four digits can name. */
const never = Date.UTC(9999, 11, 31, 23, 59, 59);
const domain = Object.freeze({ id: 'default', name: 'Default' });

/** Tokens from a list: no network, no identity service. */
export const createStaticTokens = (options: {
  readonly tokens: readonly StaticToken[];
  readonly clock: ClockPort;
}): TokenSource => {
  const known = new Map(options.tokens.map((token) => [token.sha256.toLowerCase(), identityOf(token)]));
  return {
    name: 'static',
    lookup: (token): Promise<TokenAnswer> => {
      const identity = known.get(tokenHash(token));
      const valid = identity !== undefined && identity.expiresAt > options.clock.now();
      return Promise.resolve(valid ? { kind: 'valid', identity } : { kind: 'invalid' });
    },
  };
};

const identityOf = (token: StaticToken): Identity =>
  Object.freeze({
    user: { id: token.user.id, name: token.user.name, domain },
    project: { id: token.project.id, name: token.project.name, domain },
    domain: undefined,
    systemScope: undefined,
    roles: token.roles,
    expiresAt: token.expiresAt ?? never,
    isAdminProject: undefined,
    impersonator: undefined,
    accessRules: undefined,
    bound: false,
    catalog: undefined,
  });
