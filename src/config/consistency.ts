import { suggestion } from '../core/nearest.ts';
import type { Checked } from '../files/check.ts';
import { type Problem, quoted } from '../files/problem.ts';
import type { Path } from '../files/source.ts';
import { isLoopback } from './addresses.ts';
import { checkIdentity } from './identity-consistency.ts';
import type { GatewayConfig } from './schema.ts';
import { checkTls } from './tls-consistency.ts';

/** A configuration that is still being put together. */
type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * Holds the sections of a configuration against each other and fills in what one of them gives to another. Sections
 * that are wrong in themselves are left alone: what they should say is not known.
 */
export const checkConsistency = (checked: Checked): Problem[] => {
  const problems: Problem[] = [];
  const report = (path: Path, message: string) => problems.push({ place: checked.place(path), message });
  checkListeners(checked, report);
  checkLookups(checked, report);
  const timeouts = checked.part<GatewayConfig['timeouts']>(['timeouts']);
  // Node's server does not start with the two the other way round (`http.Server` headersTimeout).
  if (timeouts !== undefined && timeouts.headersMs > timeouts.requestMs)
    report(['timeouts', 'headersMs'], '"headersMs" must not be greater than "requestMs", which includes it.');
  checkIdentity(checked, report);
  checkTls(checked, report);
  return problems;
};

type Report = (path: Path, message: string) => void;

const checkListeners = (checked: Checked, report: Report): void => {
  const listen = checked.part<GatewayConfig['listen']>(['listen']);
  const admin = checked.part<GatewayConfig['admin']>(['admin']);
  if (admin !== undefined && admin.token === undefined && !isLoopback(admin.host))
    report(['admin'], '"token" is missing in "admin": it is required unless "host" is a loopback address.');
  const isSame = listen !== undefined && listen.port === admin?.port && listen.host === admin.host;
  if (isSame && listen.port !== 0)
    report(['admin', 'port'], 'Clients are served on this address and port already; choose another port.');
};

const hasCredential = (identity: GatewayConfig['identity']): boolean =>
  identity.kind !== 'static' && identity.credential.kind !== 'caller';

const checkLookups = (checked: Checked, report: Report): void => {
  const lookups = checked.part<Mutable<GatewayConfig['lookups']>>(['lookups']);
  const upstreams = checked.at(['upstreams']);
  if (lookups === undefined || typeof upstreams !== 'object' || upstreams === null) return;
  const names = Object.keys(upstreams);
  const [only] = names;
  if (only === undefined) return;
  const identity = checked.part<GatewayConfig['identity']>(['identity']);
  if (lookups.servers === 'service' && identity !== undefined && !hasCredential(identity))
    report(['lookups', 'servers'], '"service" needs a "credential" of the gateway itself in "identity".');
  if (lookups.compute === undefined && names.length === 1) lookups.compute = only;
  if (lookups.compute === undefined)
    report(
      ['lookups', 'compute'],
      `"compute" is missing in "lookups"; it must be one of ${names.join(', ')}.`,
    );
  for (const [key, name] of [
    ['compute', lookups.compute],
    ['image', lookups.image],
  ] as const) {
    if (name === undefined) continue;
    const upstream = checked.part<GatewayConfig['upstreams'][string]>(['upstreams', name]);
    if (!names.includes(name))
      report(['lookups', key], `There is no upstream ${quoted(name)}${suggestion(name, names)}`);
    else if (upstream !== undefined && upstream.api === undefined)
      report(
        ['upstreams', name],
        `"api" is missing in "${name}": look-ups need the root of its API, such as /v2.`,
      );
  }
};
