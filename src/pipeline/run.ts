import type { Fault } from '../core/fault.ts';
import type { Exemption } from '../core/policy.ts';
import type { Span } from '../core/tracing.ts';
import type { Pass, UpstreamAnswer, Verdict } from '../core/verdict.ts';
import type { RequestExchange } from './exchange.ts';
import { gatewayFault, stageFault } from './refusal.ts';
import type { Step } from './step.ts';

/** How a chain ended. */
export type Outcome =
  | { readonly kind: 'pass' }
  | { readonly kind: 'deny'; readonly fault: Fault }
  | { readonly kind: 'relay'; readonly answer: UpstreamAnswer };

/** What the runner asks of the request itself, in this order: the bytes, then what they ask for. */
export interface BodySource {
  /** Reads and parses the body and tells the intent, as far as asked. A fault: the body cannot be judged. */
  load(exchange: RequestExchange, withIntent: boolean): Fault | undefined | Promise<Fault | undefined>;
  /** A stage threw: a bug, told to the operator. */
  bug(exchange: RequestExchange, stage: string, error: unknown): void;
}

const passed: Outcome = Object.freeze({ kind: 'pass' });

/**
 * Runs the steps in order until one denies. Stages that answer at once cost no promise, neither before nor behind one
 * that has to wait.
 */
export const runChain = (
  steps: readonly Step[],
  x: RequestExchange,
  source: BodySource,
): Outcome | Promise<Outcome> => runFrom(0, undefined, steps, x, source);

/** What a step waited for has come: what it needs, or its verdict. */
type Arrived = 'needs' | Verdict | undefined;

const runFrom = (
  from: number,
  arrived: Arrived,
  steps: readonly Step[],
  x: RequestExchange,
  source: BodySource,
): Outcome | Promise<Outcome> => {
  let waited = arrived;
  for (let index = from; index < steps.length; index++) {
    const step = steps[index] as Step;
    if (waited === undefined && waitsForBody(step, x)) {
      const loaded = source.load(x, step.needsIntent);
      if (loaded instanceof Promise) {
        return loaded.then((fault) =>
          fault === undefined ? runFrom(index, 'needs', steps, x, source) : { kind: 'deny', fault },
        );
      }
      if (loaded !== undefined) return { kind: 'deny', fault: loaded };
    }
    const verdict = typeof waited === 'object' ? waited : attempt(step, x, source);
    if (verdict instanceof Promise) {
      return timed(step, x, source, verdict).then((late) => runFrom(index, late, steps, x, source));
    }
    const outcome = settleVerdict(step, x, verdict);
    if (outcome !== undefined) return outcome;
    waited = undefined;
  }
  return passed;
};

const waitsForBody = (step: Step, x: RequestExchange): boolean =>
  (step.needsBody && x.body === undefined) || (step.needsIntent && x.intent === undefined);

/** Lets a stage judge. An exception is a bug of the stage and becomes a refusal, never a pass. */
const attempt = (step: Step, x: RequestExchange, source: BodySource): Verdict | Promise<Verdict> => {
  if (step.needsIdentity && x.identity === undefined) return noIdentity;
  try {
    return x.span === undefined ? step.check(x) : traced(step, x, x.span);
  } catch (error) {
    return bug(step, x, source, error);
  }
};

/** A stage that waits is a span of its own; look-ups that other libraries record hang below it. */
const traced = (step: Step, x: RequestExchange, request: Span): Verdict | Promise<Verdict> => {
  const span = request.child(`stage ${step.stage}`);
  const end = (verdict: Verdict): Verdict => {
    span.end({
      'images_gateway.stage': step.stage,
      'images_gateway.verdict': verdict.kind,
      'images_gateway.fault': verdict.kind === 'deny' ? verdict.fault : undefined,
    });
    return verdict;
  };
  const failed = (error: unknown): never => {
    span.end({ 'images_gateway.stage': step.stage }, true);
    throw error;
  };
  try {
    const verdict = span.within(() => step.check(x));
    return verdict instanceof Promise ? verdict.then(end, failed) : end(verdict);
  } catch (error) {
    return failed(error);
  }
};

const timed = async (
  step: Step,
  x: RequestExchange,
  source: BodySource,
  verdict: Promise<Verdict>,
): Promise<Verdict> => {
  const started = performance.now();
  try {
    return await verdict;
  } catch (error) {
    return bug(step, x, source, error);
  } finally {
    step.meters.duration.observe((performance.now() - started) / 1000);
  }
};

const noIdentity: Verdict = Object.freeze({ kind: 'deny', fault: 'no-identity', message: '' });
const bugVerdict: Verdict = Object.freeze({ kind: 'deny', fault: 'internal', message: '' });

const bug = (step: Step, x: RequestExchange, source: BodySource, error: unknown): Verdict => {
  step.meters.error.inc();
  source.bug(x, step.stage, error);
  return bugVerdict;
};

/** Writes down what the stage said; an outcome ends the chain. */
const settleVerdict = (step: Step, x: RequestExchange, verdict: Verdict): Outcome | undefined => {
  const { stage } = step;
  if (verdict.kind === 'pass') return settlePass(step, x, verdict);
  if (verdict.kind === 'relay') {
    step.meters.relay.inc();
    x.verdicts.push({ stage, outcome: 'relay' });
    return { kind: 'relay', answer: verdict.answer };
  }
  const fault = faultOf(step, verdict);
  const exempt = exemptionOf(step, x, verdict);
  const outcome = exempt === undefined && enforces(step, x) ? 'deny' : 'flag';
  (outcome === 'flag' ? step.meters.flags : step.meters.denials).get(verdict.fault)?.inc();
  const notes =
    exempt === undefined ? verdict.notes : { ...verdict.notes, exempt: exempt.reason, owner: exempt.owner };
  x.verdicts.push({ stage, outcome, fault: fault.code, ...(notes !== undefined && { notes }) });
  if (verdict.responseHeaders !== undefined) addResponseHeaders(x, verdict.responseHeaders);
  if (outcome === 'deny') return { kind: 'deny', fault };
  if (verdict.upstreamHeaders !== undefined) Object.assign(x.upstreamHeaders, verdict.upstreamHeaders);
  x.flags.push(`${stage}/${verdict.fault}`);
  return undefined;
};

/** A flag mode with an end may be over. */
const enforces = ({ mode, enforcedFrom }: Step, x: RequestExchange): boolean =>
  mode === 'enforce' || (enforcedFrom !== undefined && x.receivedAt >= enforcedFrom);

/** The exception that holds for this caller now. A refusal for a bug, or for nobody's being known, has none. */
const exemptionOf = ({ exemptions }: Step, x: RequestExchange, verdict: Verdict): Exemption | undefined => {
  if (exemptions.length === 0 || verdict === noIdentity || verdict === bugVerdict) return undefined;
  const project = x.identity?.project?.id;
  if (project === undefined) return undefined;
  return exemptions.find(
    ({ projects, expires }) => x.receivedAt < expires.endsAt && projects.includes(project),
  );
};

/** Lists of Structured Fields, to which several uses of a stage add theirs (RFC 9651 section 3.1). */
const lists: ReadonlySet<string> = new Set(['ratelimit', 'ratelimit-policy']);

const addResponseHeaders = (x: RequestExchange, headers: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(headers)) {
    const earlier = lists.has(name) ? x.responseHeaders[name] : undefined;
    x.responseHeaders[name] = earlier === undefined ? value : `${earlier}, ${value}`;
  }
};

const settlePass = (step: Step, x: RequestExchange, verdict: Pass): undefined => {
  const { stage } = step;
  if (verdict.identity !== undefined) x.identity = verdict.identity;
  if (verdict.dropUpstreamHeaders !== undefined) x.droppedHeaders.push(...verdict.dropUpstreamHeaders);
  if (verdict.challenge !== undefined) x.challenge = verdict.challenge;
  if (verdict.upstreamHeaders !== undefined) Object.assign(x.upstreamHeaders, verdict.upstreamHeaders);
  if (verdict.responseHeaders !== undefined) addResponseHeaders(x, verdict.responseHeaders);
  if (verdict.settle !== undefined) x.settles.push(verdict.settle);
  const { notes } = verdict;
  if (verdict.flag === undefined) {
    step.meters.pass.inc();
    x.verdicts.push(notes === undefined ? step.passed : { stage, outcome: 'pass', notes });
  } else {
    step.meters.flags.get(verdict.flag)?.inc();
    const fault = `${stage}/${verdict.flag}`;
    x.flags.push(fault);
    x.verdicts.push({ stage, outcome: 'flag', fault, ...(notes !== undefined && { notes }) });
  }
};

const faultOf = (step: Step, verdict: Extract<Verdict, { kind: 'deny' }>): Fault => {
  if (verdict === noIdentity) {
    return gatewayFault('no-identity', 'This call needs a valid token. Send one in X-Auth-Token.');
  }
  if (verdict === bugVerdict) {
    return gatewayFault(
      'internal',
      'The gateway failed while it judged this request. Nothing was forwarded; report the request id.',
    );
  }
  return stageFault(step.stage, step.faults, verdict);
};
