import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DemoAnswer, type DemoCallOptions, demoCall } from './demo-call.ts';
import { until } from './until.ts';

/** Base addresses of a cloud, real or imitated, that has the users demo, other and gateway with their passwords. */
export interface CloudUnderTest {
  readonly identity: string;
  readonly compute: string;
  readonly image: string;
  /** Milliseconds between two questions about a server, where each costs what the change that is waited for needs. */
  readonly pauseMs?: number;
  close(): Promise<void>;
}

interface Session {
  readonly cloud: CloudUnderTest;
  token(user: string): string;
  call(
    service: 'identity' | 'compute' | 'image',
    method: string,
    target: string,
    options?: DemoCallOptions,
  ): Promise<DemoAnswer>;
  /** An active image of project demo. */
  newImage(properties?: Readonly<Record<string, string>>): Promise<string>;
  /** Asks until a server has this status and nothing under way. */
  settled(serverId: string, status: string): Promise<DemoAnswer>;
}

const projects = { demo: 'demo', other: 'other', gateway: 'service' } as const;
const passwords = { demo: 'demopw', other: 'otherpw', gateway: 'servicepw' } as const;
type User = keyof typeof projects;

export const signInBody = (user: User, password: string = passwords[user]) => ({
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: user, password, domain: { id: 'default' } } },
    },
    scope: { project: { name: projects[user], domain: { id: 'default' } } },
  },
});

export const octets = { 'content-type': 'application/octet-stream' };
export const patchType = { 'content-type': 'application/openstack-images-v2.1-json-patch' };

/** Starts the cloud before the tests of a suite and gives them what they need. */
export const cloudSession = (start: () => Promise<CloudUnderTest>): (() => Session) => {
  let session: Session | undefined;
  const made: string[] = [];
  before(async () => {
    const cloud = await start();
    const tokens = new Map<string, string>();
    for (const user of ['demo', 'other', 'gateway'] as const) {
      const answer = await demoCall(cloud.identity, 'POST', '/v3/auth/tokens', { body: signInBody(user) });
      tokens.set(user, String(answer.headers['x-subject-token']));
    }
    session = openSession(cloud, tokens, made);
  });
  after(async () => {
    for (const id of made) await session?.call('image', 'DELETE', `/v2/images/${id}`);
    await session?.cloud.close();
  });
  return () => {
    assert.ok(session !== undefined, 'the cloud is started before the tests');
    return session;
  };
};

const openSession = (cloud: CloudUnderTest, tokens: Map<string, string>, made: string[]): Session => {
  const token = (user: string): string => tokens.get(user) ?? '';
  const call: Session['call'] = (service, method, target, options) =>
    demoCall(cloud[service], method, target, { token: token('demo'), ...options });
  return {
    cloud,
    token,
    call,
    async newImage(properties = {}) {
      const fixed = { name: 'contract', disk_format: 'raw', container_format: 'bare', visibility: 'private' };
      const created = await call('image', 'POST', '/v2/images', { body: { ...fixed, ...properties } });
      assert.equal(created.status, 201, created.text);
      const id = created.json.id as string;
      made.push(id);
      const file = `/v2/images/${id}/file`;
      assert.equal((await call('image', 'PUT', file, { body: 'bytes', headers: octets })).status, 204);
      return id;
    },
    async settled(serverId, status) {
      const ask = () => call('compute', 'GET', `/v2.1/servers/${serverId}`);
      let answer = await ask();
      await until(
        async () => {
          answer = await ask();
          const server = answer.json?.server;
          return server?.status === status && server['OS-EXT-STS:task_state'] === null;
        },
        `server ${serverId} is ${status}`,
        90_000,
        cloud.pauseMs,
      );
      return answer;
    },
  };
};

/** Registers a test with the name of the cloud in front. */
export const contractTest = (cloud: string, name: string, run: () => Promise<void>): void => {
  test(`${cloud}: ${name}`, run);
};
