import type { Fault } from '../core/fault.ts';
import { fieldsOf } from '../core/header-list.ts';
import type { Identity } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import type { EffectiveChange } from '../core/metadata.ts';
import type { Params } from '../core/operation.ts';
import type { Mode, SourcePlace } from '../core/policy.ts';
import type { ClockPort } from '../core/ports.ts';
import type { UpstreamAnswer } from '../core/verdict.ts';
import { type Admission, admit, type RequestHead } from './admit.ts';
import { beginExchange } from './begin-exchange.ts';
import type { BodyFraming, BodyRead } from './body.ts';
import type { Snapshot } from './compile.ts';
import type { Lookups, RequestExchange, StageVerdict } from './exchange.ts';
import { type BodyReader, JudgedBody } from './judged-body.ts';
import { bodyToForward, headersToForward } from './onward.ts';
import type { HeaderFields } from './request-headers.ts';
import { runChain } from './run.ts';
import { settleStages } from './settle-stages.ts';
import type { Chain } from './step.ts';

/** A request that nobody sent over a network. */
export interface ImaginedRequest extends RequestHead {
  readonly requestId: string;
  /** `undefined`: it has no body. */
  readonly body: Uint8Array | undefined;
  readonly clientAddress: string;
}

/** What one stage of the chain said, and where its use stands. */
export interface JudgedStep extends StageVerdict {
  readonly mode: Exclude<Mode, 'off'>;
  readonly at: SourcePlace;
}

/** What would leave for the service behind. */
export interface Forwarded {
  readonly upstream: string;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderFields;
  readonly body: Uint8Array | 'stream' | undefined;
}

/** All that is to be known of how a policy judges one request. */
export interface Judgement {
  readonly outcome: 'pass' | 'deny' | 'relay';
  /** The canonical path; empty when the target has none. */
  readonly path: string;
  readonly clientAddress: string;
  /** `undefined`: the request was refused before a route was chosen. */
  readonly route: { readonly id: string; readonly at: SourcePlace } | undefined;
  readonly operation: string | undefined;
  readonly params: Params;
  readonly identity: Identity | undefined;
  readonly steps: readonly JudgedStep[];
  /** Stages that were not asked any more. */
  readonly unasked: readonly Omit<JudgedStep, 'outcome'>[];
  readonly flags: readonly string[];
  readonly fault: Fault | undefined;
  readonly answer: UpstreamAnswer | undefined;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly forward: Forwarded | undefined;
  readonly change: EffectiveChange | undefined;
}

export interface RehearsalOutside {
  readonly lookups: Lookups;
  readonly clock: ClockPort;
  readonly log: Log;
  /** Told of each exchange before its first stage runs. */
  readonly watch?: ((x: RequestExchange) => void) | undefined;
}

/**
 * Sends a request through admission, chain and forwarding as real traffic goes, and stops where it would leave. The
 * ports that the snapshot was compiled with decide what the stages are told of the world.
 */
export const rehearse = async (
  snapshot: Snapshot,
  request: ImaginedRequest,
  outside: RehearsalOutside,
): Promise<Judgement> => {
  const way = await goThrough(snapshot, request, outside);
  if (way.kind === 'refused') return refusedAtHead(way, request);
  const { x, chain, forward, outcome, late, body, passed } = way;
  return {
    outcome: late === undefined ? outcome.kind : 'deny',
    path: x.path,
    clientAddress: x.clientAddress,
    route: { id: chain.route.id, at: chain.route.at },
    operation: x.operation?.name,
    params: x.params,
    identity: x.identity,
    ...stepsOf(chain, x.verdicts),
    flags: x.flags,
    fault: outcome.kind === 'deny' ? outcome.fault : late,
    answer: outcome.kind === 'relay' ? outcome.answer : undefined,
    responseHeaders: x.responseHeaders,
    forward: passed
      ? {
          upstream: chain.route.upstream,
          method: x.method,
          target: x.path + x.query,
          headers: fieldsOf(headersToForward(x, forward)),
          body: body as Forwarded['body'],
        }
      : undefined,
    change: x.knownChange,
  };
};

/** No more of a judgement than how it ended: a million of them are made at once. */
export const rehearseEnding = async (
  snapshot: Snapshot,
  request: ImaginedRequest,
  outside: RehearsalOutside,
): Promise<{
  readonly outcome: Judgement['outcome'];
  readonly route: string | undefined;
  readonly flags: readonly string[];
  readonly fault: string | undefined;
}> => {
  const way = await goThrough(snapshot, request, outside);
  if (way.kind === 'refused') return { outcome: 'deny', route: undefined, flags: [], fault: way.fault.code };
  const { x, chain, outcome, late } = way;
  return {
    outcome: late === undefined ? outcome.kind : 'deny',
    route: chain.route.id,
    flags: x.flags,
    fault: outcome.kind === 'deny' ? outcome.fault.code : late?.code,
  };
};

const goThrough = async (snapshot: Snapshot, request: ImaginedRequest, outside: RehearsalOutside) => {
  const peer = {
    address: request.clientAddress,
    encrypted: false,
    httpVersion: '1.1',
    trusted: trustsNobody,
  };
  const admission = admit(snapshot, request, peer);
  if (admission.kind === 'refused') return admission;
  const { chain } = admission.found;
  const { requestId, method } = request;
  const x = beginExchange(admission, { requestId, method, receivedAt: outside.clock.now() }, outside.lookups);
  outside.watch?.(x);
  const reader = readerOf(request.body);
  const outcome = await runChain(chain.steps, x, new JudgedBody(reader, chain.route, outside.log));
  const framing = framingOf(request.body);
  const body =
    outcome.kind === 'pass' ? await bodyToForward(x, framing, reader, chain.route.body.maxBytes) : undefined;
  const late = typeof body === 'object' && 'code' in body ? body : undefined;
  const passed = outcome.kind === 'pass' && late === undefined;
  await settleStages(x, { forwarded: passed, status: passed ? 200 : undefined }, outside.log);
  return {
    kind: 'judged',
    x,
    chain,
    forward: admission.headers.forward,
    outcome,
    late,
    body,
    passed,
  } as const;
};

const trustsNobody = (): boolean => false;

/** Every verdict is the answer of the step in the same place: a step is asked once, in the order of the chain. */
const stepsOf = (
  { steps }: Chain,
  verdicts: readonly StageVerdict[],
): Pick<Judgement, 'steps' | 'unasked'> => ({
  steps: verdicts.flatMap((verdict, index) => {
    const step = steps[index];
    return step === undefined ? [] : [{ ...verdict, mode: step.mode, at: step.at }];
  }),
  unasked: steps.slice(verdicts.length).map(({ stage, mode, at }) => ({ stage, mode, at })),
});

const refusedAtHead = (
  { fault, path, headers }: Extract<Admission, { kind: 'refused' }>,
  request: ImaginedRequest,
): Judgement => ({
  outcome: 'deny',
  path,
  clientAddress: headers?.clientAddress ?? request.clientAddress,
  route: undefined,
  operation: undefined,
  params: {},
  identity: undefined,
  steps: [],
  unasked: [],
  flags: [],
  fault,
  answer: undefined,
  responseHeaders: {},
  forward: undefined,
  change: undefined,
});

const framingOf = (body: Uint8Array = new Uint8Array(0)): BodyFraming =>
  body.length === 0 ? { kind: 'none' } : { kind: 'sized', bytes: body.length };

const readerOf = (body: Uint8Array = new Uint8Array(0)): BodyReader => ({
  read: async (maxBytes): Promise<BodyRead> =>
    body.length > maxBytes ? { kind: 'too-large' } : { kind: 'complete', bytes: body },
});
