import type { Decision } from '../core/decision.ts';
import { type AdminPage, json } from './admin-page.ts';

/** Names of query parameters of `GET /decisions`, each compared with the member of that name. */
const filters = ['id', 'request', 'route', 'project', 'user', 'outcome', 'fault', 'revision'] as const;

/** Where recent decisions are found. */
export interface DecisionsDesk {
  decisions(
    wanted: Readonly<Record<string, string>>,
    most: number,
  ): readonly Decision[] | Promise<readonly Decision[]>;
}

/** `GET /decisions`: the last decisions, the newest first; `?project=p1&outcome=deny&most=20` narrows them. */
export const decisionsPages = (desk: DecisionsDesk): readonly (readonly [string, AdminPage])[] => [
  [
    'GET /decisions',
    async (req, res) => {
      const query = new URL(req.url ?? '', 'http://admin').searchParams;
      const unknown = [...query.keys()].find(
        (name) => name !== 'most' && !filters.some((known) => known === name),
      );
      if (unknown !== undefined)
        return json(res, 400, {
          error: `There is no filter of that name. Known are: ${filters.join(', ')}, most.`,
        });
      const wanted = Object.fromEntries(filters.flatMap((name) => asked(query, name)));
      const most = Number(query.get('most') ?? 100);
      if (!Number.isInteger(most) || most < 1)
        return json(res, 400, { error: '"most" must be a whole number from 1.' });
      json(res, 200, { decisions: await desk.decisions(wanted, most) });
    },
  ],
];

const asked = (query: URLSearchParams, name: string): [string, string][] => {
  const value = query.get(name);
  return value === null ? [] : [[name, value]];
};
