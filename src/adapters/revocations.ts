import type { Identity } from '../core/identity.ts';
import type { ClockPort } from '../core/ports.ts';
import { createLru } from './lru.ts';

/** What an operator declares void: one token, or all that a user or a project was given until now. */
export type Revocation =
  /** SHA-256 of the token in hex, as `sha256sum` prints it. */
  { readonly tokenHash: string } | { readonly userId: string } | { readonly projectId: string };

/** @param at milliseconds since the epoch at which it was ordered */
export type RevocationRecord = Revocation & { readonly at: number };

/** Tokens live for hours, days at most; what is older than this has ended by itself. */
export const revocationLifeMs = 48 * 3_600_000;
const mostRevocations = 10_000;

/**
 * The revocations that are in force. A token of a revoked user or project that was issued later is valid, as with
 * Keystone's own revocation events: the user may sign in anew.
 */
export class Revocations {
  readonly #clock: ClockPort;
  readonly #tokens = createLru<string, number>(mostRevocations);
  readonly #auditIds = createLru<string, number>(mostRevocations);
  readonly #users = createLru<string, number>(mostRevocations);
  readonly #projects = createLru<string, number>(mostRevocations);

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  /** @param known whose token it is, if that is known: its audit id then holds whatever way the token is spelled */
  add(revocation: RevocationRecord, known?: Identity | undefined): void {
    const { at } = revocation;
    if ('tokenHash' in revocation) {
      this.#tokens.set(revocation.tokenHash, at);
      if (known?.auditId !== undefined) this.#auditIds.set(known.auditId, at);
    } else if ('userId' in revocation) this.#users.set(revocation.userId, at);
    else this.#projects.set(revocation.projectId, at);
  }

  hasToken(hash: string): boolean {
    return this.#inForce(this.#tokens.get(hash));
  }

  /**
   * @param askedAt when the identity service was asked; stands for the time of issue where that is not told. Then a
   * token from before the revocation passes if the service still vouches for it afterwards.
   */
  isRevoked(hash: string, identity: Identity, askedAt: number): boolean {
    if (this.hasToken(hash)) return true;
    if (identity.auditId !== undefined && this.#inForce(this.#auditIds.get(identity.auditId))) return true;
    const issuedAt = identity.issuedAt ?? askedAt;
    const voids = (at: number | undefined): boolean =>
      at !== undefined && this.#inForce(at) && issuedAt <= at;
    if (voids(this.#users.get(identity.user.id))) return true;
    if (identity.impersonator !== undefined && voids(this.#users.get(identity.impersonator.id))) return true;
    return identity.project !== undefined && voids(this.#projects.get(identity.project.id));
  }

  #inForce(at: number | undefined): boolean {
    return at !== undefined && this.#clock.now() < at + revocationLifeMs;
  }
}
