import { readFileSync } from 'node:fs';
import type { Pressure } from '../core/pressure.ts';
import { packageFile } from '../node/package-files.ts';
import type { ActivityPoint, RefusalRecord } from '../pipeline/activity.ts';
import type { RolloutCounts } from '../pipeline/rollout-tally.ts';
import { type AdminPage, json, send } from './admin-page.ts';

/** What those who serve clients say of themselves. */
export interface ServingStatus {
  readonly inFlight: { readonly now: number; readonly limit: number };
  /** Upstreams, identity service, store. */
  readonly health: Readonly<Record<string, unknown>>;
  readonly points: readonly ActivityPoint[];
  readonly faults: readonly { readonly fault: string; readonly count: number }[];
  readonly refusals: readonly RefusalRecord[];
  /** Parties near or over a limit. */
  readonly pressure: readonly Pressure[];
  /** What became of the requests of both revisions; nothing when no candidate is staged. */
  readonly rollout?: RolloutCounts | undefined;
}

/** What the status page shows. */
export interface StatusDesk {
  readonly serving: () => ServingStatus | Promise<ServingStatus>;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly draining: () => boolean;
  /** The revision that serves, and what became of the last attempt to load one. */
  readonly policy: () => object;
}

/** Nothing from elsewhere, nothing inline, nobody may frame it: a name that a client made up stays text. */
const policyOfContent =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const asset = (file: string, contentType: string): AdminPage => {
  const text = readFileSync(packageFile(`web/${file}`), 'utf8');
  return (_req, res) => {
    res.setHeader('content-security-policy', policyOfContent);
    res.setHeader('referrer-policy', 'no-referrer');
    res.setHeader('cross-origin-resource-policy', 'same-origin');
    send(res, 200, contentType, text);
  };
};

const scripts = ['status.js', 'elements.js', 'health.js', 'rollout.js'] as const;

/** Paths that hold no data, so that a browser can load the page before the token is typed in. */
export const statusAssets: ReadonlySet<string> = new Set([
  '/',
  '/status.css',
  ...scripts.map((file) => `/${file}`),
]);

/** The status page for people, and `GET /status.json`, which it asks once a second. */
export const statusPages = (desk: StatusDesk): readonly (readonly [string, AdminPage])[] => [
  ['GET /', asset('status.html', 'text/html; charset=utf-8')],
  ['GET /status.css', asset('status.css', 'text/css; charset=utf-8')],
  ...scripts.map((file) => [`GET /${file}`, asset(file, 'text/javascript; charset=utf-8')] as const),
  [
    'GET /status.json',
    async (_req, res) => {
      const serving = await desk.serving();
      json(res, 200, {
        version: desk.version,
        now: desk.now(),
        draining: desk.draining(),
        policy: desk.policy(),
        ...serving,
      });
    },
  ],
];
