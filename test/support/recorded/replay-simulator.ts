import assert from 'node:assert/strict';
import { startDemoCloud } from '../../../src/demo/cloud.ts';
import { seedIds } from '../../../src/demo/seed-ids.ts';
import { demoCall } from '../demo-call.ts';
import type { ReplayCloud } from './replay.ts';
import { ReplayNames } from './replay-names.ts';

const { projects, users, tokens, images, applicationCredentials } = seedIds;

/** The images that the recorder's cloud had, as test/openstack/lab/lib/seed.py makes them. */
const made: readonly (readonly [
  name: string,
  title: string,
  as: 'demo' | 'admin' | 'other',
  more: object,
])[] = [
  ['DEMO', 'demo-private', 'demo', {}],
  ['DEMO_PROTECTED', 'demo-protected', 'demo', { protected: true }],
  ['DEMO_ADC_TRUE', 'demo-adc-true', 'demo', { auto_disk_config: 'True' }],
  ['DEMO_ADC_FALSE', 'demo-adc-false', 'demo', { auto_disk_config: 'False' }],
  ['DEMO_COMMUNITY', 'demo-community', 'demo', { visibility: 'community' }],
  ['DEMO_QUEUED', 'demo-queued', 'demo', {}],
  ['PUBLIC', 'admin-public', 'admin', { visibility: 'public' }],
  ['PUBLIC_PROTECTED', 'admin-public-protected', 'admin', { visibility: 'public', protected: true }],
  ['ADMIN_PRIVATE', 'admin-private', 'admin', {}],
  ['OTHER', 'other-private', 'other', {}],
];

/** The demo cloud with what the recorder's cloud had. Its clock ticks when it is read, and is moved by `settle`. */
export const startReplaySimulator = async (): Promise<ReplayCloud & AsyncDisposable> => {
  let now = Date.now();
  const cloud = await startDemoCloud({ foldKeys: false, now: () => ++now, resizeMs: 1500 });
  const names = new ReplayNames();
  const { identityUrl, computeUrl, imageUrl } = cloud;
  for (const [name, url] of Object.entries({ keystone: identityUrl, nova: computeUrl, glance: imageUrl })) {
    names.add(name, new URL(url).host);
  }
  for (const name of ['demo', 'member2', 'reader', 'other', 'admin', 'gateway', 'validator'] as const) {
    names.addToken(`TOKEN ${name}`, tokens[name]);
  }
  for (const [name, id] of Object.entries(projects)) names.addProject(`PROJECT_${name.toUpperCase()}`, id);
  for (const name of ['demo', 'member2', 'reader', 'other', 'gateway'] as const) {
    names.add(`USER_${name.toUpperCase()}`, users[name].id);
  }
  names.add('APPCRED_ID', applicationCredentials.plain.id);
  names.add('APPCRED_SECRET', applicationCredentials.plain.secret);
  const call = async (
    status: number,
    method: string,
    path: string,
    token: string,
    body: unknown,
    type?: string,
  ) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const answer = await demoCall(imageUrl, method, path, { token, body, headers });
    assert.equal(answer.status, status, answer.text);
    return answer.json;
  };
  for (const [name, title, as, more] of made) {
    const fixed = { name: title, disk_format: 'raw', container_format: 'bare', visibility: 'private' };
    const { id } = await call(201, 'POST', '/v2/images', tokens[as], { ...fixed, ...more });
    const data = 'oslab'.repeat(20);
    if (name !== 'DEMO_QUEUED')
      await call(204, 'PUT', `/v2/images/${id}/file`, tokens[as], data, 'application/octet-stream');
    names.addImage(`IMAGE_${name}`, id);
    now += 1000;
  }
  // Sharing is no call of the demo cloud: its one shared image takes the name of the recorder's.
  names.addImage('IMAGE_DEMO_SHARED', images.shared);
  const rename = [{ op: 'replace', path: '/name', value: 'demo-shared' }];
  const patch = 'application/openstack-images-v2.1-json-patch';
  await call(200, 'PATCH', `/v2/images/${images.shared}`, tokens.demo, rename, patch);
  return {
    urls: { identity: identityUrl, compute: computeUrl, image: imageUrl },
    names,
    settle: () => {
      now += 60_000;
    },
    [Symbol.asyncDispose]: () => cloud.close(),
  };
};
