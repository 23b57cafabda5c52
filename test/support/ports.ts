/** Ports that answer by mood and remember what they were asked: for tests that know nothing of a single stage. */
import type { LimitState, Lookup, Ports, ServerDetail } from '../../src/core/ports.ts';
import type { UpstreamAnswer } from '../../src/core/verdict.ts';
import { limitOf } from './limits.ts';
import { identity } from './tokens.ts';

/**
 * `calm`: everything is there and free. `busy`: the same, but servers are being resized, limits used up, leases held.
 * `refusing`: the cloud says 403. `down`: nobody answers.
 */
export const moods = ['calm', 'busy', 'refusing', 'down'] as const;
export type Mood = (typeof moods)[number];

/** A moment at which every test of this kind happens. Milliseconds since the epoch. */
export const now = Date.UTC(2026, 10, 23, 14, 30);

export const refusal: UpstreamAnswer = {
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode('{"forbidden":{"code":403,"message":"Policy does not allow it."}}'),
};

/** A look-up's answer in this mood. */
export const lookupIn = <T>(mood: Mood, value: T): Lookup<T> => {
  if (mood === 'refusing') return { kind: 'refused', answer: refusal };
  if (mood === 'down') return { kind: 'unavailable', reason: 'timeout' };
  return { kind: 'found', value };
};

export const serverDetail = (other: Partial<ServerDetail> = {}): ServerDetail => ({
  id: '5e000000-0000-4000-8000-000000000001',
  projectId: 'p1',
  status: 'ACTIVE',
  imageId: 'd42f821e-c2d1-4796-9f07-af5ed7912d0e',
  diskConfig: 'AUTO',
  updatedAt: now - 60_000,
  ...other,
});

export interface FakePorts {
  readonly ports: Ports;
  /** `port.function` of every question, in order. */
  readonly asked: readonly string[];
}

export const fakePorts = (mood: Mood): FakePorts => {
  const asked: string[] = [];
  return { ports: remembering(portsIn(mood), asked), asked };
};

const portsIn = (mood: Mood): Ports => {
  const busy = mood === 'busy';
  const resizing = busy ? [serverDetail({ status: 'VERIFY_RESIZE' })] : [];
  const counted = ():
    | { kind: 'counted'; states: LimitState[] }
    | { kind: 'unavailable'; reason: 'timeout' } => {
    if (mood === 'down') return { kind: 'unavailable', reason: 'timeout' };
    const limit = limitOf();
    return { kind: 'counted', states: [{ limit, remaining: busy ? 0 : 2, resetMs: 42_000, exceeded: busy }] };
  };
  return {
    tokens: {
      challengeUri: 'http://keystone.example:5000/v3',
      validate: () => {
        if (mood === 'down') return { kind: 'unavailable', reason: 'timeout' };
        return mood === 'refusing' ? { kind: 'invalid' } : { kind: 'valid', identity: identity() };
      },
    },
    limits: { consume: counted, peek: counted },
    cloudLimits: {
      limits: async () => lookupIn(mood, { limits: { absolute: { maxImageMeta: 128 } }, headers: {} }),
    },
    images: {
      image: async () => lookupIn(mood, { metadata: { auto_disk_config: 'True' }, visibility: 'private' }),
    },
    servers: {
      resizing: async () => lookupIn(mood, resizing),
      server: async () => lookupIn(mood, serverDetail()),
      census: async () => lookupIn(mood, { ACTIVE: 1 }),
    },
    resizes: {
      remember: async () => (mood === 'down' ? undefined : 'new'),
      forget: async () => undefined,
      ofImage: async () => (mood === 'down' ? undefined : []),
    },
    leases: {
      acquire: async () => {
        if (mood === 'down') return { kind: 'unavailable' };
        return busy ? { kind: 'busy' } : { kind: 'held', release: async () => undefined };
      },
    },
    audit: { record: () => undefined },
    clock: { now: () => now },
  };
};

/** The same ports; each call is written down first. */
const remembering = (ports: Ports, asked: string[]): Ports =>
  Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      Object.fromEntries(
        Object.entries(port).map(([member, value]) => [
          member,
          typeof value !== 'function'
            ? value
            : (...args: unknown[]) => {
                asked.push(`${name}.${member}`);
                return (value as (...given: unknown[]) => unknown)(...args);
              },
        ]),
      ),
    ]),
  ) as unknown as Ports;
