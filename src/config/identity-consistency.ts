import type { Checked } from '../files/check.ts';
import type { Path } from '../files/source.ts';
import type { GatewayConfig } from './schema.ts';

type Report = (path: Path, message: string) => void;
/** A configuration that is still being put together. */
type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What the parts of `identity` ask of each other and of `limits`; fills in the address that clients are told. */
export const checkIdentity = (checked: Checked, report: Report): void => {
  const identity = checked.part<Mutable<GatewayConfig['identity']>>(['identity']);
  if (identity === undefined || identity.kind === 'static') return;
  identity.publicUrl ??= identity.url;
  const limits = checked.part<GatewayConfig['limits']>(['limits']);
  if (identity.shared !== undefined && limits?.store === 'memory') {
    report(['identity', 'shared'], '"shared" needs a Redis: set "store" in "limits", or leave it out.');
  }
  if (identity.kind !== 'keystone-v3' || identity.credential.kind !== 'password') return;
  const { credential } = identity;
  for (const [name, id] of [
    ['username', 'userId'],
    ['project', 'projectId'],
  ] as const) {
    const given = [credential[name], credential[id]].filter((value) => value !== undefined).length;
    if (given === 0) report(['identity', 'credential'], `"${name}" or "${id}" is missing in "credential".`);
    if (given === 2) {
      report(
        ['identity', 'credential', id],
        `"credential" has both "${name}" and "${id}"; keep one of them.`,
      );
    }
  }
};
