import assert from 'node:assert/strict';
import { type DemoAnswer, type DemoCallOptions, demoCall } from '../../support/demo-call.ts';
import { lab } from './lab.ts';
import { tokenOf, type UserName } from './users.ts';

export type Properties = Readonly<Record<string, string>>;

export interface CallAs extends DemoCallOptions {
  /** Whose token is sent; default `demo`. */
  readonly as?: UserName;
}

/** One call at any base address, with the token of a seeded user unless another one is given. */
export const callAs = async (
  base: string,
  method: string,
  target: string,
  { as = 'demo', ...options }: CallAs = {},
): Promise<DemoAnswer> => demoCall(base, method, target, { token: await tokenOf(as), ...options });

/** The same, and anything but the expected status fails the test with the answer. */
export const expectCall = async (status: number, ...call: Parameters<typeof callAs>): Promise<DemoAnswer> => {
  const answer = await callAs(...call);
  assert.equal(answer.status, status, `${call[1]} ${call[2]} answered ${answer.status}: ${answer.text}`);
  return answer;
};

export interface Disposed {
  readonly id: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An active image of its own, made directly at Glance and deleted at the end. */
export const newImage = async (properties: Properties = {}, as: UserName = 'demo'): Promise<Disposed> => {
  // Private from the start: Nova makes a shared image private with the first write of its metadata.
  const fixed = { name: 'test', disk_format: 'raw', container_format: 'bare', visibility: 'private' };
  const body = { ...fixed, ...properties };
  const { id } = (await expectCall(201, lab().glance, 'POST', '/v2/images', { as, body })).json;
  const headers = { 'content-type': 'application/octet-stream' };
  await expectCall(204, lab().glance, 'PUT', `/v2/images/${id}/file`, { as, body: 'test image', headers });
  return {
    id,
    async [Symbol.asyncDispose]() {
      await callAs(lab().glance, 'DELETE', `/v2/images/${id}`, { as: 'admin' });
    },
  };
};

/** The metadata of an image as Nova shows it. */
export const metadataOf = async (imageId: string, as: UserName = 'demo'): Promise<Properties> =>
  (await expectCall(200, lab().nova, 'GET', `/v2.1/images/${imageId}/metadata`, { as })).json.metadata;

/**
 * Asks until the answer is yes; fails with the last answer when it does not become so in time. Each question takes time
 * from what it waits for, so they are asked four times a second only.
 */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T>,
  yes: (value: T) => boolean,
  seconds = 60,
): Promise<T> => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (yes(value)) return value;
    if (Date.now() > end) assert.fail(`${what} did not come true in ${seconds} s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};
