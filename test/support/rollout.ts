/** A gateway with a folder of candidates, whose two revisions tell themselves apart by a refusal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { type Answer, call, startTestGateway, type TestGatewayOptions } from './gateway.ts';
import { writeInto } from './policy-folder.ts';

/** Refuses the metadata key `no` in the name of a letter; what comes besides is for tests that need more. */
export const lettered = (letter: string, more = ''): Record<string, string> => ({
  'a.yaml': `version: 1
routes:
  - id: write
    match: { operations: [image-metadata-merge] }
    upstream: compute
    stages: [{ use: authenticate }, { use: metadata-schema }]
  - id: open
    match: { path: "/images", methods: [GET] }
    upstream: compute
    stages: []
${more}`,
  'schemas/image-metadata-merge.json': JSON.stringify({
    type: 'object',
    properties: {
      metadata: {
        type: 'object',
        properties: { no: { not: {}, refusal: `${letter} does not take this key.` } },
      },
    },
  }),
});

/** Folders: `policies`, `candidates` and `state`. */
export const rolloutFolder = async (t: TestContext): Promise<string> => {
  const base = await mkdtemp(join(tmpdir(), 'images-gateway-rollout-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  await writeInto(join(base, 'policies'), lettered('A'));
  await writeInto(join(base, 'candidates/next'), lettered('B'));
  await writeInto(base, { 'state/about': 'The gateway remembers here.' });
  return base;
};

export interface RolloutStatus {
  readonly revision: string;
  readonly source: string;
  readonly folderRevision: string;
  readonly lastAttempt: { readonly ok: boolean; readonly problems: readonly string[] };
  readonly rollout?: {
    readonly revision: string;
    readonly from: string;
    readonly projects: readonly string[];
    readonly percent: number;
  };
  readonly requests?: Record<
    'current' | 'candidate',
    { readonly requests: number; readonly refused: number }
  >;
}

export const rolloutSettings = (
  base: string,
  watch = false,
): Pick<GatewayConfig, 'policies' | 'rollout'> => ({
  policies: { dir: join(base, 'policies'), watch },
  rollout: { dir: join(base, 'candidates'), state: join(base, 'state/rollout.json') },
});

export const startRollout = async (
  t: TestContext,
  base: string,
  options: TestGatewayOptions = {},
  watch = false,
) => {
  const config = { ...rolloutSettings(base, watch), ...options.config };
  const gateway = await startTestGateway(t, { ...options, config });
  const { images, tokens } = gateway.cloud.seed;
  const admin = (method: string, path: string) => call(method, gateway.adminUrl + path);
  return {
    ...gateway,
    admin,
    status: async () => (await admin('GET', '/rollout')).body as RolloutStatus,
    refusal: (token: string | undefined = tokens.demo) =>
      call('POST', `${gateway.url}/v2/images/${images.ubuntu}/metadata`, token, { metadata: { no: 'x' } }),
    /** The letter of the revision that judges requests with this token. */
    judge: async (token = tokens.demo): Promise<string> =>
      letterOf(
        await call('POST', `${gateway.url}/v2/images/${images.ubuntu}/metadata`, token, {
          metadata: { no: 'x' },
        }),
      ),
    metrics: async () => (await fetch(`${gateway.adminUrl}/metrics`)).text(),
  };
};

export const letterOf = ({ message, status }: Answer): string =>
  /(\w) does not take/.exec(message)?.[1] ?? `${status}`;
