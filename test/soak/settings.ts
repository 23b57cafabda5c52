import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SoakOptions } from './soak.ts';

const shipped = join(import.meta.dirname, '../../policies');

/**
 * The shipped policies with limits that nobody reaches and whose counters are forgotten after a second, and settings
 * with caches small enough to be full soon. The folder goes when `end` is called.
 */
export const soakSettings = async (): Promise<{
  configFile: SoakOptions['configFile'];
  end(): Promise<void>;
}> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-soak-'));
  const filter = (from: string) => !from.endsWith('.cases.yaml') && !from.includes('examples');
  await cp(shipped, join(folder, 'policies'), { recursive: true, filter });
  const policy = join(folder, 'policies/images.yaml');
  const text = await readFile(policy, 'utf8');
  await writeFile(policy, text.replaceAll(/points: \d+, per: minute/g, 'points: 1000000, per: second'));
  const config = (keystone: string, cloud: string) => ({
    version: 1,
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    upstreams: { compute: { url: cloud, api: '/v2' }, image: { url: cloud, api: '/v2' } },
    lookups: { compute: 'compute', image: 'image' },
    identity: {
      kind: 'keystone-v3',
      url: keystone,
      credential: { kind: 'caller' },
      // A machine that is busy with other things is no outage of the identity service.
      timeoutMs: 60_000,
      cache: { entries: 2000 },
      failedLookups: { most: 1_000_000 },
    },
    overload: { maxLagMs: 0 },
  });
  return {
    configFile: async (keystone, cloud) => {
      const file = join(folder, 'gateway.yaml');
      await writeFile(file, JSON.stringify(config(keystone, cloud)));
      return file;
    },
    end: () => rm(folder, { recursive: true }),
  };
};
