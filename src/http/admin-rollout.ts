import type { IncomingMessage } from 'node:http';
import type { RolloutCounts } from '../pipeline/rollout-tally.ts';
import { type AdminPage, fromBrowser, json } from './admin-page.ts';

/** Who gets the candidate. */
interface Share {
  readonly projects: readonly string[];
  readonly percent: number;
}

export type RolloutAnswer =
  | { readonly ok: true; readonly status: object }
  | { readonly ok: false; readonly status: 404 | 409 | 422 | 500; readonly message: string };

/** What operators may do with a second revision of the policies. */
export interface RolloutDesk {
  show(): object;
  /** @param from name of a policy folder or a bundle in the folder of candidates. */
  stage(from: string, share: Share): Promise<RolloutAnswer>;
  /** What is left out stays as it is. */
  share(share: Partial<Share>): Promise<RolloutAnswer>;
  /** @param revision that is meant; any when left out. */
  promote(revision: string | undefined): Promise<RolloutAnswer>;
  takeBack(): Promise<RolloutAnswer>;
}

const mostProjects = 1000;
const shareHelp =
  'Say who gets the candidate: ?percent=5 (0 to 100, at most two decimals), ?project=ID (several times), or both.';

/** `undefined`: the words are wrong. */
const shareOf = (query: URLSearchParams): Partial<Share> | undefined => {
  const percent = query.get('percent');
  const projects = query.getAll('project');
  if (percent === null && projects.length === 0) return undefined;
  if (percent !== null && !(/^\d{1,3}(\.\d{1,2})?$/.test(percent) && Number(percent) <= 100))
    return undefined;
  if (projects.length > mostProjects || projects.some((id) => id.length > 255)) return undefined;
  return {
    ...(percent !== null && { percent: Number(percent) }),
    // `project=` alone names none: it takes the names away.
    ...(projects.length > 0 && { projects: projects.filter((id) => id !== '') }),
  };
};

const queryOf = (req: IncomingMessage): URLSearchParams =>
  new URL(req.url ?? '/', 'http://admin.invalid').searchParams;

type Words = { readonly answer: Promise<RolloutAnswer> } | { readonly help: string };

/** A page that changes the roll-out. */
const changing =
  (act: (query: URLSearchParams) => Words): AdminPage =>
  async (req, res) => {
    if (fromBrowser(req))
      return json(res, 403, { error: 'A roll-out is not for browsers. Use images-gateway rollout.' });
    const words = act(queryOf(req));
    if ('help' in words) return json(res, 400, { error: words.help });
    const answer = await words.answer;
    if (answer.ok) return json(res, 200, answer.status);
    json(res, answer.status, { error: answer.message });
  };

/** `GET /rollout`, and `POST /rollout`, `/rollout/share`, `/rollout/promote`, `/rollout/take-back`. */
export const rolloutPages = (
  desk: RolloutDesk,
  counts: () => Promise<RolloutCounts | undefined>,
): readonly (readonly [string, AdminPage])[] => [
  ['GET /rollout', async (_req, res) => json(res, 200, { ...desk.show(), requests: await counts() })],
  [
    'POST /rollout',
    changing((query) => {
      const from = query.get('from');
      if (from === null || from === '')
        return { help: 'Name a policy folder or a bundle of the folder of candidates: ?from=NAME.' };
      const share = shareOf(query);
      if (share === undefined) return { help: shareHelp };
      return { answer: desk.stage(from, { projects: [], percent: 0, ...share }) };
    }),
  ],
  [
    'POST /rollout/share',
    changing((query) => {
      const share = shareOf(query);
      return share === undefined ? { help: shareHelp } : { answer: desk.share(share) };
    }),
  ],
  [
    'POST /rollout/promote',
    changing((query) => ({ answer: desk.promote(query.get('revision') ?? undefined) })),
  ],
  ['POST /rollout/take-back', changing(() => ({ answer: desk.takeBack() }))],
];
