import type { DemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call } from './gateway.ts';

const { images, servers, tokens } = seedIds;
const serverOf: Readonly<Record<string, string>> = {
  [images.ubuntu]: servers.web,
  [images.resizing]: servers.resized,
};
const resizing = new Set(['RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE']);

/** The metadata of an image, read behind the gateway's back. */
export const metadataOf = async (cloud: DemoCloud, image: string): Promise<Record<string, string>> => {
  const answer = await call('GET', `${cloud.computeUrl}/v2/images/${image}/metadata`, tokens.demo);
  return (answer.body as { metadata: Record<string, string> }).metadata;
};

/** The state behind the gateway's back: every spelling of the guarded key of an image, and its server's status. */
export const stateOf = async (cloud: DemoCloud, image: string) => {
  const guarded = Object.entries(await metadataOf(cloud, image)).filter(([key]) =>
    /^\s*(hw_)?auto_disk_config\s*$/i.test(key),
  );
  const server = serverOf[image];
  if (server === undefined) return { guarded, resizing: false };
  const shown = await call('GET', `${cloud.computeUrl}/v2/servers/${server}`, tokens.demo);
  return { guarded, resizing: resizing.has((shown.body as { server: { status: string } }).server.status) };
};
