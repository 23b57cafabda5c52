import type { Identity } from '../core/identity.ts';
import type { Given, Person } from './given-schema.ts';

/** Callers that every cases file can name. */
const knownPeople: Readonly<Record<string, Person>> = {
  member: { roles: ['member', 'reader'], scope: 'project', bound: false },
  reader: { roles: ['reader'], scope: 'project', bound: false },
  admin: { roles: ['admin', 'member', 'reader'], scope: 'project', bound: false, user: 'admin' },
  other: { roles: ['member', 'reader'], scope: 'project', bound: false, user: 'u2', project: 'p2' },
};

/** What a request says of its caller without naming one. */
const strangers = ['none', 'invalid', 'limited', 'unavailable'] as const;
export type Stranger = (typeof strangers)[number];

/** Everything that stages can ask about, at the moment of one request. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly caller: Identity | Stranger;
  readonly service: Identity | undefined;
  readonly given: Given;
  /** The image and server that things belong to which name none: those of the path, else fixed ones. */
  readonly imageId: string;
  readonly serverId: string;
  readonly address: string;
}

/** When all cases happen that do not say otherwise: a case must not depend on the day it runs. */
const defaultTime = '2026-11-23T14:30:00Z';
const defaultImage = '1a000000-0000-4000-8000-000000000001';
const defaultServer = '5e000000-0000-4000-8000-000000000001';
/** From the block for documentation (RFC 5737). */
const defaultAddress = '192.0.2.1';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const imageInPath = new RegExp(`/images/(${uuid})(?:[/?.]|$)`);
const serverInPath = new RegExp(`/servers/(${uuid})(?:[/?.]|$)`);

export type People = Readonly<Record<string, Person>>;

/** Names that `given.identity` can have. */
export const callerNames = (people: People): readonly string[] => [
  ...Object.keys({ ...knownPeople, ...people }),
  ...strangers,
];

const personNamed = (name: string, people: People): Person | undefined =>
  Object.hasOwn(people, name)
    ? people[name]
    : Object.hasOwn(knownPeople, name)
      ? knownPeople[name]
      : undefined;

/** @param given names only callers that there are: the loader of cases has checked that. */
export const worldOf = (given: Given, people: People, path: string): World => {
  const name = given.identity ?? 'member';
  const stranger = strangers.find((word) => word === name);
  const service = given.service === undefined ? undefined : personNamed(given.service, people);
  const caller =
    stranger ?? identityOf(personNamed(name, people) ?? { roles: [], scope: 'project', bound: false });
  return {
    ...worldAround(caller, given, path, Date.parse(given.time ?? defaultTime)),
    service: service && identityOf(service),
  };
};

/** @param now milliseconds since the epoch */
export const worldAround = (caller: World['caller'], given: Given, path: string, now: number): World => ({
  now,
  caller,
  service: undefined,
  given,
  imageId: imageInPath.exec(path)?.[1] ?? defaultImage,
  serverId: serverInPath.exec(path)?.[1] ?? defaultServer,
  address: given.address ?? defaultAddress,
});

const domain = Object.freeze({ id: 'default', name: 'Default' });

export const identityOf = (person: Person): Identity => ({
  user: { id: person.user ?? 'u1', name: person.user ?? 'u1', domain },
  project:
    person.scope === 'project'
      ? { id: person.project ?? 'p1', name: person.project ?? 'p1', domain }
      : undefined,
  domain: undefined,
  systemScope: person.scope === 'system' ? 'all' : undefined,
  roles: person.roles,
  // The end of the ISO calendar: whether a token has ended is for the identity service to say, not for a case.
  expiresAt: Date.UTC(9999, 11, 31),
  isAdminProject: undefined,
  impersonator: undefined,
  accessRules: person.accessRules,
  bound: person.bound,
  catalog: undefined,
});

/** The project of the caller, if it has one. */
export const projectOf = ({ caller }: World): string | undefined =>
  typeof caller === 'string' ? undefined : caller.project?.id;
