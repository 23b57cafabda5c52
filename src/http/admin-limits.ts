import type { Log } from '../core/log.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitState, Outage } from '../core/ports.ts';
import { type AdminPage, fromBrowser, json } from './admin-page.ts';

/** What the admin listener asks about limits. */
export interface LimitsDesk {
  /** The limits of the policy in force. */
  limits(): readonly LimitDefinition[];
  /** Parties near or over a limit, as far as this process saw. */
  pressure(): readonly object[] | Promise<readonly object[]>;
  /** The counters of `project:<id>`, `user:<id>`, `address:<address>` or `*`. */
  show(party: string): Promise<readonly (LimitState & { readonly group: string | undefined })[] | Outage>;
  /** Forgets them; returns how many there were. */
  reset(party: string, limit: string | undefined): Promise<number | Outage>;
}

const parties = /^(\*|(project|user|address|anonymous):.+)$/;
const partyHelp = 'Name a party: ?party=project:ID, user:ID, address:ADDRESS, or * for the whole service.';

const described = ({ name, key, points, per, every, methods, routes, mode }: LimitDefinition) => ({
  name,
  key,
  points,
  per,
  every,
  methods,
  routes,
  mode,
});

const queryOf = (url: string | undefined): URLSearchParams =>
  new URL(url ?? '/', 'http://admin.invalid').searchParams;

const storeIsSilent = (reason: Outage): string => `The store of the counters does not answer (${reason}).`;

/** `GET /limits`, `GET /limits?party=...`, `POST /limits/reset?party=...[&limit=...]`. */
export const limitsPages = (desk: LimitsDesk, log: Log): readonly (readonly [string, AdminPage])[] => [
  [
    'GET /limits',
    async (req, res) => {
      const party = queryOf(req.url).get('party');
      if (party === null)
        return json(res, 200, { limits: desk.limits().map(described), pressure: await desk.pressure() });
      if (!parties.test(party)) return json(res, 400, { error: partyHelp });
      const counters = await desk.show(party);
      if (typeof counters === 'string') return json(res, 503, { error: storeIsSilent(counters) });
      json(res, 200, {
        party,
        counters: counters.map(({ limit, remaining, resetMs, group }) => ({
          ...described(limit),
          ...(group !== undefined && { group }),
          ...(limit.perImage !== undefined && { imagesApart: true }),
          remaining,
          resetMs,
        })),
      });
    },
  ],
  [
    'POST /limits/reset',
    async (req, res) => {
      if (fromBrowser(req))
        return json(res, 403, { error: 'A reset is not for browsers. Use images-gateway limits reset.' });
      const query = queryOf(req.url);
      const party = query.get('party');
      const limit = query.get('limit') ?? undefined;
      if (party === null || !parties.test(party)) return json(res, 400, { error: partyHelp });
      const forgotten = await desk.reset(party, limit);
      if (typeof forgotten === 'string') return json(res, 503, { error: storeIsSilent(forgotten) });
      log.info(
        { kind: 'audit', event: 'limits-reset', images_gateway: { party, limit, forgotten } },
        'limits were reset',
      );
      json(res, 200, { party, forgotten });
    },
  ],
];
