/** What tests of several workers share: a policy, looks at the admin listener, and an end of a worker. */

import type { ServedGateway } from './serve.ts';
import { until } from './until.ts';

export const policy = `version: 1
limits:
  - { name: few, key: user, points: 25, per: hour, routes: [few] }
routes:
  - id: few
    match: { path: /few, methods: [GET] }
    upstream: compute
    stages: [{ use: authenticate }, { use: rate-limit }]
  - id: write
    match: { operations: [image-metadata-merge] }
    upstream: compute
    body: { keys: lower }
    stages:
      - use: authenticate
      - use: metadata-schema
      - use: write-order
        with: { writes: all }
      - use: disk-config-guard
  - id: action
    match: { operations: [server-action] }
    upstream: compute
    stages: [{ use: authenticate }, { use: write-order }, { use: resize-watch }]
default:
  upstream: compute
  stages: [{ use: authenticate }]
`;
const admin = async ({ adminUrl }: ServedGateway, path: string, method = 'GET'): Promise<string> =>
  (await fetch(`${adminUrl}${path}`, { method })).text();
export const adminJson = async (gateway: ServedGateway, path: string, method = 'GET') =>
  JSON.parse(await admin(gateway, path, method));

/** The sum of a family's series. */
const counted = (scrape: string, name: string): number =>
  [...scrape.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
export const metric = async (gateway: ServedGateway, name: string): Promise<number> =>
  counted(await admin(gateway, '/metrics'), name);
export const answered = (gateway: ServedGateway) => metric(gateway, 'images_gateway_http_requests_total');

/** The processes that serve, by the log; the oldest first. */
export const workerPids = ({ lines }: ServedGateway): readonly unknown[] => {
  const of = (text: string) => lines.filter(({ message }) => message === text).map(({ pid }) => pid);
  const ended = of('a worker ended unasked; another one takes its place');
  return of('a worker serves').filter((pid) => !ended.includes(pid));
};

/** Ends one of them as the system would, and waits for the one that takes its place. */
export const replaceOne = async (gateway: ServedGateway, signal: NodeJS.Signals): Promise<void> => {
  const [victim] = workerPids(gateway);
  process.kill(Number(victim), signal);
  await until(() => !workerPids(gateway).includes(victim), 'it has ended', 30_000);
  await until(() => workerPids(gateway).length === 2, 'another one serves', 60_000);
};
