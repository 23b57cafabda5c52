import { ask, print, type Where } from './ask-admin.ts';
import { table } from './table.ts';

interface Described {
  readonly name: string;
  readonly key: string;
  readonly points: number;
  readonly per: string;
  readonly every: number;
  readonly methods: readonly string[];
  readonly mode: string;
}

interface Counter extends Described {
  readonly group?: string;
  readonly imagesApart?: boolean;
  readonly remaining: number;
  readonly resetMs: number;
}

interface Overview {
  readonly limits: readonly Described[];
  readonly pressure: readonly {
    readonly limit: string;
    readonly party: string;
    readonly used: number;
    readonly points: number;
    readonly refused: number;
    readonly resetMs: number;
  }[];
}

/** `abc` is a project; `user:abc`, `address:192.0.2.1` and `*` are what they say. */
const partyOf = (text: string): string =>
  text === '*' || /^(project|user|address|anonymous):/.test(text) ? text : `project:${text}`;

const window = ({ points, per, every }: Described): string =>
  `${points} per ${every === 1 ? per : `${every} ${per}s`}`;

const inSeconds = (ms: number): string => (ms > 0 ? `${Math.ceil(ms / 1000)} s` : '-');

const showOverview = ({ limits, pressure }: Overview): void => {
  print(
    table(
      ['LIMIT', 'COUNTS', 'ALLOWANCE', 'METHODS', 'MODE'],
      limits.map((limit) => [
        limit.name,
        limit.key,
        window(limit),
        limit.methods.join(',') || 'all',
        limit.mode,
      ]),
    ),
  );
  print('');
  if (pressure.length === 0) {
    print('Nobody is near a limit.');
    return;
  }
  print(
    table(
      ['PARTY', 'LIMIT', 'USED', 'REFUSED', 'ENDS IN'],
      pressure.map(({ party, limit, used, points, refused, resetMs }) => [
        party,
        limit,
        `${used} of ${points}`,
        String(refused),
        inSeconds(resetMs),
      ]),
    ),
  );
};

const showCounters = (counters: readonly Counter[]): void =>
  print(
    table(
      ['LIMIT', 'GROUP', 'ALLOWANCE', 'LEFT', 'ENDS IN', 'MODE'],
      counters.map((counter) => [
        counter.name,
        counter.group ?? '-',
        window(counter),
        counter.imagesApart ? 'by image' : String(counter.remaining),
        inSeconds(counter.resetMs),
        counter.mode,
      ]),
    ),
  );

/** `images-gateway limits show [party]`: the limits and who presses on them, or the counters of one party. */
export const showLimits = async (party: string | undefined, options: Where): Promise<void> => {
  if (party === undefined) {
    const overview = await ask<Overview>(options, 'GET', '/limits');
    if (overview !== undefined) showOverview(overview);
    return;
  }
  const path = `/limits?party=${encodeURIComponent(partyOf(party))}`;
  const found = await ask<{ readonly counters: readonly Counter[] }>(options, 'GET', path);
  if (found !== undefined) showCounters(found.counters);
};

/** `images-gateway limits reset <party>`: gives it its whole allowance again. The gateway writes an audit line. */
export const resetLimits = async (
  party: string,
  options: Where & { readonly limit?: string },
): Promise<void> => {
  const only = options.limit === undefined ? '' : `&limit=${encodeURIComponent(options.limit)}`;
  const path = `/limits/reset?party=${encodeURIComponent(partyOf(party))}${only}`;
  const done = await ask<{ readonly forgotten: number }>(options, 'POST', path);
  if (done !== undefined)
    print(
      done.forgotten === 0
        ? 'Nothing was counted for it.'
        : `Forgotten: ${done.forgotten} ${done.forgotten === 1 ? 'counter' : 'counters'}.`,
    );
};
