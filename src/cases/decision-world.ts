import type { Decision } from '../core/decision.ts';
import type { Identity } from '../core/identity.ts';
import type { ImaginedRequest } from '../pipeline/rehearse.ts';
import type { Given, Person } from './given-schema.ts';
import { identityOf, type Stranger, type World, worldAround } from './world.ts';
import { callerToken } from './world-ports.ts';

/** The caller of a decision; one object for callers who are the same, since stages keep what they work out of it. */
export type Callers = (decision: Decision) => Identity;

/** Remembers so many callers; past that it begins anew. */
const mostCallers = 20_000;

export const knownCallers = (): Callers => {
  const known = new Map<string, Identity>();
  return (decision) => {
    const { user, project, roles = [] } = decision;
    const key = `${user ?? ''}\n${project ?? ''}\n${roles.join('\n')}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= mostCallers) known.clear();
    const caller = callerOf(decision);
    known.set(key, caller);
    return caller;
  };
};

const callerOf = ({ user, project, roles = [] }: Decision): Identity => {
  const person: Person = {
    roles,
    scope: project === undefined ? 'system' : 'project',
    bound: false,
    ...(user !== undefined && { user }),
    ...(project !== undefined && { project }),
  };
  return identityOf(person);
};

/** A recorded request with the world it met, as far as its record tells. */
export interface Recalled {
  readonly request: ImaginedRequest;
  readonly world: World;
}

/** What a stage's refusal tells of the world: what the world was asked is not recorded, but what became of it is. */
const strangers: Readonly<Record<string, Stranger>> = {
  'authenticate/no-token': 'none',
  'authenticate/invalid-token': 'invalid',
  'authenticate/too-many-failures': 'limited',
  'authenticate/identity-unavailable': 'unavailable',
};

const resizing = { status: 'VERIFY_RESIZE', diskConfig: 'AUTO', fromVolume: false } as const;

/**
 * The request of a decision, its values masked, and a world in which the stages are told what they must have been told
 * then. `undefined`: the record does not hold enough, as when its body was too large to keep or its token was refused
 * for a property that is not recorded.
 */
export const recall = (decision: Decision, callers: Callers = callerOf): Recalled | undefined => {
  const codes = codesOf(decision);
  const stranger = strangerOf(codes);
  const known = decision.user !== undefined;
  const asked = decision.verdicts.length > 0;
  // Nobody had asked for a caller yet: who it would have been cannot be told.
  if (!known && stranger === undefined && asked && codes.size > 0 && hasOther(codes)) return undefined;
  if (decision.mediaType !== undefined && decision.body === undefined) return undefined;
  if (decision.outcome === 'deny' && decision.fault !== undefined && ofTheMessage(decision.fault))
    return undefined;
  const body = decision.body === undefined ? undefined : Buffer.from(JSON.stringify(decision.body), 'utf8');
  const caller = stranger ?? (known ? callers(decision) : 'none');
  const given = givenOf(decision, codes, typeof caller === 'string' ? caller : 'recorded');
  const world = worldAround(caller, given, decision.path, Date.parse(decision.time));
  const headers = ['Host', 'api.example'];
  if (given.identity !== 'none') headers.push('X-Auth-Token', callerToken);
  if (decision.mediaType !== undefined) headers.push('Content-Type', decision.mediaType);
  return {
    world,
    request: {
      requestId: decision.request,
      method: decision.method,
      target: decision.path,
      rawHeaders: headers,
      body,
      clientAddress: world.address,
    },
  };
};

const noCodes: ReadonlySet<string> = new Set();

/** Refusals and flags of all stages. */
const codesOf = ({ verdicts }: Decision): ReadonlySet<string> => {
  let codes: Set<string> | undefined;
  for (const { fault } of verdicts) if (fault !== undefined) codes = (codes ?? new Set()).add(fault);
  return codes ?? noCodes;
};

const strangerOf = (codes: ReadonlySet<string>): Stranger | undefined => {
  for (const code of codes) if (Object.hasOwn(strangers, code)) return strangers[code];
  return undefined;
};

/** A refusal for the way the message was put, of which the record holds nothing: its query, its framing, its bytes. */
const ofTheMessage = (fault: string): boolean =>
  fault.startsWith('gateway/') && !/^gateway\/(?:no-route|bad-method|bad-id|no-identity)$/.test(fault);

/** A refusal of the token for something that the record does not hold: bound, ambiguous, its access rules. */
const hasOther = (codes: ReadonlySet<string>): boolean =>
  [...codes].some((code) => code.startsWith('authenticate/'));

const givenOf = (decision: Decision, codes: ReadonlySet<string>, identity: string): Given => {
  const relayed = decision.outcome === 'relay' ? decision.status : undefined;
  const failed = [...codes].find((code) => code.endsWith('/lookup-failed'));
  const duringResize =
    codes.has('disk-config-guard/resizing') || codes.has('server-disk-config/changes-during-resize');
  const changesWithResize = codes.has('server-disk-config/changes-with-resize');
  const wanted = wantedDiskConfig(decision.body);
  // A server in whose configuration the request changes nothing, unless a stage saw that it did.
  const diskConfig =
    duringResize || changesWithResize ? (wanted === 'AUTO' ? 'MANUAL' : 'AUTO') : (wanted ?? 'AUTO');
  const server = duringResize ? { ...resizing, diskConfig } : { ...resizing, status: 'ACTIVE', diskConfig };
  return {
    identity,
    image: {
      metadata: decision.change?.before ?? {},
      visibility: codes.has('image-visibility/loses-visibility') ? 'shared' : 'private',
      answer:
        relayed === 404
          ? 'missing'
          : relayed === 403
            ? 'forbidden'
            : failed === 'disk-config-guard/lookup-failed' || failed === undefined
              ? 'found'
              : 'unavailable',
    },
    ...(relayed === 404 ? { servers: [] } : { servers: [server] as never }),
    ...(failed !== undefined && { compute: 'unavailable' as const }),
    ...(codes.has('resize-watch/memory-unavailable') && { memory: 'down' as const }),
    ...(codes.has('write-order/busy') && { order: 'busy' as const }),
    ...(codes.has('write-order/order-unavailable') && { order: 'unavailable' as const }),
    ...(codes.has('limits/absolute-unavailable') && { cloudLimits: 'down' as const }),
  };
};

/** `OS-DCF:diskConfig`, wherever it stands in the body of a call on servers. */
const wantedDiskConfig = (body: unknown): 'AUTO' | 'MANUAL' | undefined => {
  if (typeof body !== 'object' || body === null) return undefined;
  for (const part of Object.values(body)) {
    const value = typeof part === 'object' && part !== null ? part['OS-DCF:diskConfig'] : undefined;
    if (value === 'AUTO' || value === 'MANUAL') return value;
  }
  return undefined;
};
