import type { TestContext } from 'node:test';
import { createHttpClient, type HttpClient } from '../../src/adapters/http-client.ts';
import type { KeystoneCredential } from '../../src/adapters/keystone-credential.ts';
import { createKeystoneV3, type KeystoneV3Options } from '../../src/adapters/keystone-v3.ts';
import type { TokenSource } from '../../src/adapters/token-source.ts';
import { Secret } from '../../src/core/secret.ts';
import { type RawAnswer, type RawOrigin, rawJson, startRawOrigin } from './raw-origin.ts';
import { type RecordingLog, recordingLog } from './recording.ts';

export const servicePassword: KeystoneCredential = {
  kind: 'password',
  user: { name: 'gateway', domain: { id: 'default' } },
  password: new Secret('the-service-password'),
  project: { name: 'service', domain: { id: 'default' } },
};

/** An instant well after any test. */
export const later = '2199-01-01T00:00:00.000000Z';

/** A token body of Keystone v3, member for member as Keystone 22 sends it, but for what is said otherwise. */
export const tokenBody = (other: Readonly<Record<string, unknown>> = {}) => ({
  token: {
    methods: ['password'],
    user: {
      domain: { id: 'default', name: 'Default' },
      id: 'd86c3f2465804c0ea973614f0eff95c2',
      name: 'demo',
      password_expires_at: null,
    },
    audit_ids: ['fQS62hvmQMW-g5lfpl3kuw'],
    expires_at: later,
    issued_at: '2026-11-23T14:23:40.000000Z',
    project: {
      domain: { id: 'default', name: 'Default' },
      id: '2026ec0ffe06400598b5540879930682',
      name: 'demo',
    },
    is_domain: false,
    roles: [
      { id: '266991fa612740c78fcefa876e9e154c', name: 'member' },
      { id: 'b553362795d44416881a046d62afe6da', name: 'reader' },
    ],
    ...other,
  },
});

export const notFound = rawJson('404 NOT FOUND', {
  error: { code: 404, message: 'Could not recognize Fernet token', title: 'Not Found' },
});
export const unauthorized = rawJson('401 UNAUTHORIZED', {
  error: { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' },
});

export const signedIn = (token: string, expiresAt = later): Buffer =>
  rawJson('201 CREATED', tokenBody({ expires_at: expiresAt }), { 'X-Subject-Token': token });

export interface ScriptedKeystone extends RawOrigin {
  readonly client: HttpClient;
  /** Requests by kind. */
  signIns(): readonly string[];
  validations(): readonly string[];
}

/** A Keystone whose every answer the test writes; `count` counts sign-ins and validations apart, from 1. */
export const startScriptedKeystone = async (
  t: TestContext,
  validate: RawAnswer,
  signIn: RawAnswer = (socket, _request, count) => socket.write(signedIn(`service-token-${count}`)),
): Promise<ScriptedKeystone> => {
  const counts = { POST: 0, GET: 0 };
  const origin = await startRawOrigin(t, (socket, request) => {
    if (request.startsWith('POST')) signIn(socket, request, ++counts.POST);
    else validate(socket, request, ++counts.GET);
  });
  const client = createHttpClient({ origin: origin.origin, connections: 8, timeoutMs: 2000 });
  t.after(() => client.close());
  const of = (method: string) => origin.requests.filter((request) => request.startsWith(method));
  return { ...origin, client, signIns: () => of('POST'), validations: () => of('GET') };
};

export const v3Of = (
  client: HttpClient,
  more: Partial<KeystoneV3Options> = {},
): { readonly source: TokenSource; readonly log: RecordingLog } => {
  const log = recordingLog();
  const source = createKeystoneV3({
    client,
    credential: servicePassword,
    clock: { now: Date.now },
    log,
    timing: { totalMs: 3000, attemptMs: 300, retries: 2, backOffMs: 1 },
    ...more,
  });
  return { source, log };
};

/** Long enough for all that a test waits for. */
export const patience = (): AbortSignal => AbortSignal.timeout(5000);
