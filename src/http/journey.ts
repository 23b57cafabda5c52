import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../core/fault.ts';
import type { ForwardOutcome, Upgrade } from '../core/forward.ts';
import type { Span } from '../core/tracing.ts';
import type { UpstreamOutcome } from '../core/verdict.ts';
import type { Admission } from '../pipeline/admit.ts';
import { beginExchange } from '../pipeline/begin-exchange.ts';
import { type BodyRead, bodyFraming, type Room, readBody } from '../pipeline/body.ts';
import type { RequestExchange } from '../pipeline/exchange.ts';
import { type BodyReader, JudgedBody } from '../pipeline/judged-body.ts';
import { type BodyToForward, bodyToForward, headersToForward } from '../pipeline/onward.ts';
import type { Finished } from '../pipeline/records.ts';
import { gatewayFault } from '../pipeline/refusal.ts';
import { requestIdOf } from '../pipeline/request-id.ts';
import type { Ending } from '../pipeline/request-meters.ts';
import { type Outcome, runChain } from '../pipeline/run.ts';
import { settleStages } from '../pipeline/settle-stages.ts';
import { type TraceContext, traceContextOf } from '../pipeline/trace-context.ts';
import type { Gateway } from './gateway.ts';
import { type AnswerNotes, respondFault, respondRelay } from './respond.ts';
import { isStop, type Stop } from './stop.ts';

type Admitted = Extract<Admission, { kind: 'admitted' }>;

const notForwarded: UpstreamOutcome = Object.freeze({ forwarded: false, status: undefined });
const unknown: UpstreamOutcome = Object.freeze({ forwarded: true, status: undefined });
const endings = { answered: 'forwarded', cut: 'cut', 'client-gone': 'client-gone' } as const;

/** One request from its canonical path to its records. */
export class Journey implements BodyReader, Room {
  readonly #gateway: Gateway;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #requestId: string;
  revision: string;
  known: RequestExchange['knownToken'];
  readonly #upgrade: Upgrade | undefined;
  readonly #decisionId: string;
  readonly #started = performance.now();
  readonly #at: number;
  path = '';
  clientAddress = '';
  #exchange: RequestExchange | undefined;
  #route = '';
  #trace: TraceContext | undefined;
  #span: Span | undefined;
  #upstreamSpan: Span | undefined;
  #forwardedAt = 0;
  #held = 0; // Bytes of the body.

  constructor(
    gateway: Gateway,
    req: IncomingMessage,
    res: ServerResponse,
    revision: string,
    upgrade: Upgrade | undefined,
  ) {
    this.#gateway = gateway;
    this.#at = gateway.clock.now();
    this.#req = req;
    this.#res = res;
    const sent = req.headers['x-openstack-request-id'];
    const id = requestIdOf(sent);
    this.#requestId = id;
    // An id that we drew tells the decision too; one that the client chose may come again.
    this.#decisionId = id === sent ? randomUUID() : id.slice('req-'.length);
    this.revision = revision;
    this.#upgrade = upgrade;
  }

  /** Answers with a refusal of our own. */
  refuse(fault: Fault): void {
    this.#respond(fault);
    this.#finish(fault.status, 'refused', fault.code);
  }

  /** Judges the request and, when all stages let it pass, forwards it; in any case the stages settle. */
  async run(admitted: Admitted): Promise<void> {
    const { load } = this.#gateway;
    let x: RequestExchange | undefined;
    let outcome = unknown;
    try {
      x = this.#begin(admitted);
      const judged = this.#judge(x, admitted);
      const verdict = judged instanceof Promise ? await judged : judged;
      const going = this.#toForward(x, admitted, verdict);
      const body = going instanceof Promise ? await going : going;
      if (isStop(body)) outcome = this.#stop(body);
      else outcome = this.#conclude(await this.#forward(x, admitted, body), admitted);
    } finally {
      load.give(this.#held);
      if (x !== undefined && x.settles.length > 0) await settleStages(x, outcome, this.#gateway.log);
      load.end();
    }
  }

  /** Reads the body, as long as the process has room for it. */
  read(maxBytes: number): Promise<BodyRead> {
    return readBody(this.#req, { maxBytes, watchdog: this.#gateway.bodyWatchdog, room: this });
  }

  take(bytes: number): boolean {
    if (!this.#gateway.load.take(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  #begin(admitted: Admitted): RequestExchange {
    const arrival = {
      requestId: this.#requestId,
      method: this.#req.method ?? '',
      receivedAt: this.#at,
    };
    const x = beginExchange(admitted, arrival, this.#gateway.lookups);
    const { seen } = admitted.headers;
    x.knownToken = this.known;
    this.#exchange = x;
    this.path = x.path;
    this.#span = this.#gateway.tracing?.start(`${x.method} ${x.routeId}`, seen);
    this.#trace = this.#span ?? traceContextOf(seen);
    x.span = this.#span;
    this.#route = x.routeId;
    this.#res.once('close', () => {
      if (!this.#res.writableFinished) x.abort();
    });
    return x;
  }

  #judge(x: RequestExchange, { found }: Admitted): Outcome | Promise<Outcome> {
    const { steps, route } = found.chain;
    if (this.#upgrade !== undefined && !route.upgrade) {
      const message = 'This path takes no protocol upgrade. Send the request without Upgrade.';
      return { kind: 'deny', fault: gatewayFault('upgrade-refused', message) };
    }
    return runChain(steps, x, new JudgedBody(this, route, this.#gateway.log));
  }

  /** What leaves, or why nothing does. */
  #toForward(
    x: RequestExchange,
    { found }: Admitted,
    verdict: Outcome,
  ): BodyToForward | Stop | Promise<BodyToForward> {
    if (verdict.kind === 'deny') return verdict.fault;
    if (verdict.kind === 'relay') return verdict;
    return bodyToForward(x, bodyFraming(this.#req), this, found.chain.route.body.maxBytes);
  }

  /** The gateway answers itself. */
  #stop(stop: Stop): UpstreamOutcome {
    if ('code' in stop) this.refuse(stop);
    else {
      respondRelay(this.#res, stop.answer, this.#notes());
      this.#finish(stop.answer.status, 'relayed', undefined);
    }
    return notForwarded;
  }

  #forward(
    x: RequestExchange,
    { found, headers }: Admitted,
    body: Uint8Array | 'stream' | undefined,
  ): Promise<ForwardOutcome> {
    this.#forwardedAt = performance.now();
    const { upstream } = found.chain.route;
    this.#upstreamSpan = this.#span?.child(`upstream ${upstream}`);
    return this.#gateway.forwarder.forward(this.#req, this.#res, {
      upstream,
      method: x.method,
      target: x.path + x.query,
      headers: headersToForward(x, headers.forward, (this.#upstreamSpan ?? this.#trace)?.headers),
      body,
      responseHeaders: this.#responseHeaders(),
      challenge: x.challenge,
      upgrade: this.#upgrade,
    });
  }

  /** @returns what is known of the request's effect; whatever broke, the upstream may have acted before it did */
  #conclude(outcome: ForwardOutcome, { found }: Admitted): UpstreamOutcome {
    this.#upstreamSpan?.end({ 'images_gateway.ending': outcome.kind }, outcome.kind === 'failed');
    const seconds = (performance.now() - this.#forwardedAt) / 1000;
    this.#gateway.meters.upstream(found.chain.route.upstream, seconds);
    if (outcome.kind === 'failed') {
      const fault = gatewayFault(outcome.fault, outcome.message);
      this.#respond(fault);
      this.#finish(fault.status, 'upstream-failed', fault.code);
      return unknown;
    }
    // 499 is what proxies write for a client that did not wait; nobody receives it.
    this.#finish(outcome.status ?? 499, endings[outcome.kind], undefined);
    return { forwarded: true, status: outcome.status };
  }

  #respond(fault: Fault): void {
    respondFault(this.#res, fault, this.#notes());
  }

  #notes(): AnswerNotes {
    return { requestId: this.#requestId, revision: this.revision, responseHeaders: this.#responseHeaders() };
  }

  /** What every answer carries, whoever makes it. */
  #responseHeaders(): Record<string, string> {
    const headers = this.#exchange?.responseHeaders ?? {};
    headers['x-openstack-request-id'] = this.#requestId;
    headers['x-policy-decision'] = this.#decisionId;
    const flags = this.#exchange?.flags;
    if (flags !== undefined && flags.length > 0) headers['x-policy-flag'] = flags.join(', ');
    return headers;
  }

  #finish(status: number, ending: Ending, fault: string | undefined): void {
    const finished: Finished = {
      traceId: this.#trace?.traceId,
      sampled: this.#trace?.sampled,
      decisionId: this.#decisionId,
      requestId: this.#requestId,
      at: this.#at,
      method: this.#req.method ?? '',
      path: this.path,
      clientAddress: this.clientAddress,
      status,
      ending,
      fault,
      seconds: (performance.now() - this.#started) / 1000,
      revision: this.revision,
      route: this.#route,
      exchange: this.#exchange,
    };
    this.#gateway.meters.finished(finished);
    this.#span?.end(
      {
        'http.request.method': finished.method,
        'http.route': finished.route,
        'http.response.status_code': status,
        'images_gateway.fault': fault,
        'images_gateway.request': finished.requestId,
      },
      status >= 500,
    );
    this.#gateway.record(finished);
  }
}
