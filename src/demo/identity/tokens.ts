import type { World } from '../world.ts';
import type { ApplicationCredential, RoleName } from './directory.ts';

export interface Token {
  readonly id: string;
  readonly userId: string;
  /** `undefined`: an unscoped token, which has no roles. */
  readonly projectId: string | undefined;
  readonly roles: readonly RoleName[];
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly applicationCredential?: ApplicationCredential;
  revoked: boolean;
}

/** Life of a token that a client asks for, in milliseconds: Keystone's default hour. */
export const tokenLifeMs = 3_600_000;

/** Expired tokens are forgotten when the list grows beyond this, so that a long-lived demo stays small. */
const pruneAbove = 10_000;

/** Keystone's audit ids are 16 random bytes in URL-safe base64. */
export const auditId = (uuid: string): string =>
  Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');

export type TokenDraft = Pick<Token, 'userId' | 'projectId' | 'roles' | 'methods'> & {
  readonly applicationCredential?: ApplicationCredential | undefined;
  /** The token it was made from: Keystone gives the new one the life and the audit chain of the old one. */
  readonly parent?: Token | undefined;
};

/** Makes and keeps a token. */
export const issueToken = (world: World, draft: TokenDraft): Token => {
  const now = world.now();
  const { parent, applicationCredential, ...rest } = draft;
  const token: Token = {
    ...rest,
    id: world.uuid().replaceAll('-', ''),
    auditIds: [auditId(world.uuid()), ...(parent ? parent.auditIds.slice(-1) : [])],
    issuedAt: now,
    expiresAt: parent?.expiresAt ?? now + tokenLifeMs,
    revoked: false,
    ...(applicationCredential ? { applicationCredential } : {}),
  };
  if (world.tokens.size > pruneAbove) {
    for (const [id, old] of world.tokens) if (old.expiresAt <= now) world.tokens.delete(id);
  }
  world.tokens.set(token.id, token);
  return token;
};

/** The token if it is known, not revoked and not expired, else `undefined`. `graceMs` lets expired ones pass. */
export const validToken = (world: World, id: string | undefined, graceMs = 0): Token | undefined => {
  const token = id === undefined ? undefined : world.tokens.get(id);
  return token && !token.revoked && token.expiresAt + graceMs > world.now() ? token : undefined;
};

/** `true` for those whom Keystone's default policy lets validate any token. */
export const mayValidateAny = (token: Token): boolean =>
  token.roles.includes('admin') || token.roles.includes('service');
