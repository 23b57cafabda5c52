import { retryAfterSeconds } from '../core/fault.ts';
import type { SourcePlace } from '../core/policy.ts';
import { noLog } from '../core/silence.ts';
import type { Catalogue, Snapshot } from '../pipeline/compile.ts';
import type { RequestExchange } from '../pipeline/exchange.ts';
import { type ImaginedRequest, type Judgement, rehearse } from '../pipeline/rehearse.ts';
import { deciderOf } from './compare.ts';
import { type Question, questioned } from './questions.ts';
import { prepareRehearsal } from './run.ts';
import type { World } from './world.ts';

export interface ExplainedStep {
  readonly stage: string;
  readonly mode: string;
  /** `file:line` of its use. */
  readonly at: string;
  /** `not asked`: an earlier stage had decided. */
  readonly said: 'pass' | 'deny' | 'flag' | 'relay' | 'error' | 'not asked';
  readonly fault: string | undefined;
  readonly asked: readonly Question[];
  readonly notes: Readonly<Record<string, unknown>> | undefined;
}

/** How a policy judges one request, for people and programs. Tokens are left out. */
export interface Explanation {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly client: string;
    /** When it comes: exemptions and flag modes have an end. */
    readonly time: string;
  };
  readonly route: { readonly id: string; readonly at: string } | undefined;
  readonly operation: string | undefined;
  readonly caller:
    | { readonly user: string; readonly project: string | undefined; readonly roles: readonly string[] }
    | undefined;
  readonly steps: readonly ExplainedStep[];
  readonly change: { readonly set: object; readonly changed: object; readonly removed: object } | undefined;
  readonly verdict: Judgement['outcome'];
  readonly decidedBy: { readonly stage: string; readonly at: string | undefined } | undefined;
  readonly answer:
    | {
        readonly status: number;
        readonly name: string | undefined;
        readonly fault: string | undefined;
        readonly message: string | undefined;
        readonly retryAfter: number | undefined;
      }
    | undefined;
  readonly flags: readonly string[];
  readonly forwarded:
    | {
        readonly upstream: string;
        readonly method: string;
        readonly target: string;
        readonly headers: Readonly<Record<string, string | string[]>>;
        readonly body: string | undefined;
      }
    | undefined;
}

/** @param live ports that answer instead of the world, e.g. a real identity service. */
export const explain = async (
  policy: Snapshot['policy'],
  catalogue: Pick<Catalogue, 'stages' | 'operations' | 'meters'>,
  request: ImaginedRequest,
  world: World,
  live: Partial<Catalogue['ports']> = {},
): Promise<Explanation> => {
  const asked: Question[][] = [];
  let x: RequestExchange | undefined;
  const note = (question: Question): void => {
    const step = x?.verdicts.length ?? 0;
    asked[step] = [...(asked[step] ?? []), question];
  };
  let ports = {} as Catalogue['ports'];
  const rehearsal = prepareRehearsal(policy, catalogue, (given) => {
    ports = questioned({ ...given, ...live }, note);
    return ports;
  });
  rehearsal.world.world = world;
  const judged = await rehearse(rehearsal.snapshot, request, {
    lookups: ports,
    clock: ports.clock,
    log: noLog,
    watch: (exchange) => {
      x = exchange;
    },
  });
  return explanationOf(request, judged, asked, policy, ports.clock.now());
};

const placeOf = ({ file, line }: SourcePlace): string => `${file}:${line}`;

const explanationOf = (
  request: ImaginedRequest,
  judged: Judgement,
  asked: readonly (readonly Question[])[],
  policy: Snapshot['policy'],
  now: number,
): Explanation => {
  const { fault, answer, identity, route, forward, change } = judged;
  const status = fault?.status ?? answer?.status;
  const stage = deciderOf(judged);
  return {
    request: {
      method: request.method,
      path: judged.path || request.target,
      client: judged.clientAddress,
      time: new Date(now).toISOString(),
    },
    route: route && { id: route.id, at: placeOf(route.at) },
    operation: judged.operation,
    caller: identity && { user: identity.user.id, project: identity.project?.id, roles: identity.roles },
    steps: [
      ...judged.steps.map(({ stage: name, mode, at, outcome, fault: code, notes }, index) => ({
        stage: name,
        mode,
        at: placeOf(at),
        said: outcome,
        fault: code,
        asked: asked[index] ?? [],
        notes,
      })),
      ...judged.unasked.map(({ stage: name, mode, at }) => ({
        stage: name,
        mode,
        at: placeOf(at),
        said: 'not asked' as const,
        fault: undefined,
        asked: [],
        notes: undefined,
      })),
    ],
    change: change && { set: change.set, changed: change.changed, removed: change.removed },
    verdict: judged.outcome,
    decidedBy: stage === undefined ? undefined : { stage, at: decidingPlace(judged, stage, policy) },
    answer:
      status === undefined
        ? undefined
        : {
            status,
            name: fault?.name,
            fault: fault?.code,
            message: fault?.message,
            retryAfter: fault?.retryAfterMs === undefined ? undefined : retryAfterSeconds(fault.retryAfterMs),
          },
    flags: judged.flags,
    forwarded: forward && {
      upstream: forward.upstream,
      method: forward.method,
      target: forward.target,
      headers: withoutTokens(forward.headers),
      body: forward.body instanceof Uint8Array ? new TextDecoder().decode(forward.body) : forward.body,
    },
  };
};

/** The line that decided: of the limit that was used up, else of the stage's use, else of the route. */
const decidingPlace = (judged: Judgement, stage: string, policy: Snapshot['policy']): string | undefined => {
  const last = judged.steps.at(-1);
  if (stage === 'gateway') return judged.route && placeOf(judged.route.at);
  const limits = last?.notes?.['limits'];
  const name = Array.isArray(limits) ? String(limits[0]) : undefined;
  const limit = policy.limits.find((one) => one.name === name || `${one.name}-burst` === name);
  if (limit !== undefined) return placeOf(limit.at);
  return last && placeOf(last.at);
};

const withoutTokens = (headers: Readonly<Record<string, string | string[]>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      /token|authorization|cookie/.test(name) ? '[secret]' : value,
    ]),
  );
