import type { TokenSource } from '../../src/adapters/token-source.ts';
import { createTokens, type Tokens, type TokensOptions } from '../../src/adapters/tokens.ts';
import type { Identity } from '../../src/core/identity.ts';
import type { TokenAnswer, TokenAsker } from '../../src/core/ports.ts';
import { type RecordingLog, type RecordingMeters, recordingLog, recordingMeters } from './recording.ts';

/** A clock that stands still until it is moved. Milliseconds. */
export interface HandClock {
  now(): number;
  advance(milliseconds: number): void;
}

export const handClock = (at = Date.UTC(2026, 10, 23, 14, 30)): HandClock => {
  let time = at;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
};

export const asker = (clientAddress?: string): TokenAsker => ({
  signal: new AbortController().signal,
  clientAddress,
});

export const identity = (other: Partial<Identity> = {}): Identity => ({
  user: { id: 'u1', name: 'demo', domain: { id: 'default', name: 'Default' } },
  project: { id: 'p1', name: 'demo-project', domain: { id: 'default', name: 'Default' } },
  domain: undefined,
  systemScope: undefined,
  roles: ['member', 'reader'],
  expiresAt: Date.UTC(2199, 0, 1),
  isAdminProject: undefined,
  impersonator: undefined,
  accessRules: undefined,
  bound: false,
  catalog: undefined,
  ...other,
});

export const validAnswer = (other: Partial<Identity> = {}): TokenAnswer => ({
  kind: 'valid',
  identity: identity(other),
});

export interface ScriptedSource extends TokenSource {
  /** The tokens asked for, in order. */
  readonly asked: readonly string[];
}

/** A source whose answers the test writes; `count` counts from 1. */
export const scriptedSource = (
  answer: (token: string, count: number) => TokenAnswer | Promise<TokenAnswer>,
): ScriptedSource => {
  const asked: string[] = [];
  return {
    name: 'keystone-v3',
    asked,
    lookup: async (token) => answer(token, asked.push(token)),
  };
};

export interface TestTokens {
  readonly tokens: Tokens;
  readonly clock: HandClock;
  readonly meters: RecordingMeters;
  readonly log: RecordingLog;
}

/** The port over a source, with a clock that stands still and no jitter. */
export const tokensOver = (source: TokenSource, more: Partial<TokensOptions> = {}): TestTokens => {
  const clock = handClock();
  const meters = recordingMeters();
  const log = recordingLog();
  const tokens = createTokens({
    source,
    clock,
    meters,
    log,
    challengeUri: 'http://keystone.example:5000/v3',
    random: () => 0.5,
    ...more,
  });
  return { tokens, clock, meters, log };
};
