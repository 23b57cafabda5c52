import type { Log } from '../core/log.ts';
import type { ClockPort } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { createAdminGuard } from './admin-guard.ts';
import { type AdminPage, fromBrowser, json, send } from './admin-page.ts';
import { statusAssets } from './admin-status.ts';
import { asksForOpenMetrics } from './metrics-format.ts';

export interface AdminState {
  /** False while it starts and while it shuts down: it is alive then, and clients go elsewhere. */
  readonly ready: () => boolean;
  readonly revision: () => string;
  /** The revision that serves, and what became of the last attempt to load one. */
  readonly policy: () => object;
  /** Health of the parties behind, for people; it never makes the gateway unready. */
  readonly details: () => Promise<Readonly<Record<string, unknown>>>;
}

export interface AdminOptions {
  readonly state: AdminState;
  readonly scrape: (openMetrics: boolean) => Promise<{ readonly body: string; readonly contentType: string }>;
  /** The problems of the policy folder, as `file:line:column: sentence`; empty when it was loaded. */
  readonly reload: () => Promise<readonly string[]>;
  /** `undefined`: no token is asked for, which the configuration allows on loopback only. */
  readonly token: Secret | undefined;
  /** Whether requests may change something. */
  readonly writes: boolean;
  readonly clock: ClockPort;
  readonly log: Log;
  /** Further pages, by method and path. */
  readonly pages?: readonly (readonly [string, AdminPage])[];
}

/** The handler of the admin listener: metrics, health, the current revision, reload. */
export const createAdminHandler = (options: AdminOptions): AdminPage => {
  const { state } = options;
  const pages = new Map<string, AdminPage>([
    ['GET /livez', (_req, res) => json(res, 200, { alive: true })],
    [
      'GET /readyz',
      async (_req, res) => {
        const ready = state.ready();
        json(res, ready ? 200 : 503, { ready, revision: state.revision(), ...(await state.details()) });
      },
    ],
    [
      'GET /metrics',
      async (req, res) => {
        const { body, contentType } = await options.scrape(asksForOpenMetrics(req.headers.accept));
        send(res, 200, contentType, body);
      },
    ],
    ['GET /policy', (_req, res) => json(res, 200, state.policy())],
    [
      'POST /reload',
      async (req, res) => {
        if (fromBrowser(req))
          return json(res, 403, { error: 'Reload is not for browsers. Use curl -X POST.' });
        const problems = await options.reload();
        options.log.info(
          { kind: 'audit', event: 'reload', images_gateway: { problems: problems.length } },
          'reload asked for by the admin listener',
        );
        json(res, problems.length === 0 ? 200 : 422, { revision: state.revision(), problems });
      },
    ],
    ...(options.pages ?? []),
  ]);
  // Probes carry no token: they tell nothing that an open port does not tell.
  const open = new Set(['/livez', '/readyz', ...statusAssets]);
  const guard = createAdminGuard({ ...options, open });

  return (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    const refusal = guard(req, res, path);
    if (refusal !== undefined) {
      for (const [name, value] of Object.entries(refusal.headers ?? {})) res.setHeader(name, value);
      return json(res, refusal.status, { error: refusal.error });
    }
    // Monitors ask by HEAD; Node leaves the body out.
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const page = pages.get(`${method} ${path}`);
    if (page !== undefined) return page(req, res);
    json(res, 404, { error: 'There is nothing here.', pages: [...pages.keys()] });
  };
};
