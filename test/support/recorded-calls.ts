import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { call, startTestGateway } from './gateway.ts';
import { writeFolder } from './policy-folder.ts';

/** Calls of several people, recorded by a real gateway. */
export const recording = async (t: TestContext) => {
  const file = join(await writeFolder(t, {}), 'decisions.jsonl');
  const log = { level: 'info', access: false, decisions: false, decisionFile: file } as const;
  const gateway = await startTestGateway(t, { config: { log } });
  const { tokens, images } = gateway.cloud.seed;
  const write = (image: string, token: string, metadata: object) =>
    call('POST', `${gateway.url}/v2/images/${image}/metadata`, token, { metadata });
  await write(images.ubuntu, tokens.demo, { label: 'Very Secret' });
  const guarded = await write(images.resizing, tokens.demo, { auto_disk_config: 'FALSE' });
  await write(images.ubuntu, tokens.reader, { label: 'a' });
  await write(images.disabled, tokens.demo, { auto_disk_config: 'TRUE' });
  await call('GET', `${gateway.url}/v2.1/servers`, tokens.reader);
  await gateway.stop(true);
  return { file, guarded: guarded.headers.get('x-policy-decision') ?? '' };
};
