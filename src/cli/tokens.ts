import { hash } from 'node:crypto';
import { ask, print, type Where } from './ask-admin.ts';
import { complain } from './complain.ts';
import { tokenOnStdin } from './token-on-stdin.ts';

interface What {
  readonly hash?: string;
  readonly user?: string;
  readonly project?: string;
  /** The token itself comes on standard input. */
  readonly stdin?: boolean;
}

const queryOf = async ({ hash: given, user, project, stdin }: What): Promise<string | undefined> => {
  const named = [given, user, project, stdin || undefined].filter((one) => one !== undefined);
  if (named.length !== 1) return undefined;
  if (user !== undefined) return `user=${encodeURIComponent(user)}`;
  if (project !== undefined) return `project=${encodeURIComponent(project)}`;
  if (given !== undefined) return `hash=${encodeURIComponent(given)}`;
  const token = await tokenOnStdin();
  return token === undefined ? undefined : `hash=${hash('sha256', token, 'hex')}`;
};

/** `images-gateway tokens revoke`: makes a token, or all that a user or a project has, void at the gateways. */
export const revokeTokens = async (options: What & Where): Promise<void> => {
  const query = await queryOf(options);
  if (query === undefined) {
    complain('Name one of --hash, --user, --project, or send the token to --stdin.');
    process.exitCode = 2;
    return;
  }
  const done = await ask<{ readonly dropped: number; readonly replicas: string }>(
    options,
    'POST',
    `/tokens/revoke?${query}`,
  );
  if (done === undefined) return;
  const hit = done.dropped === 1 ? 'one cached token' : `${done.dropped} cached tokens`;
  print(`Revoked. This gateway had ${hit} of it. ${done.replicas}`);
};
