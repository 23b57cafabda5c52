import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../core/fault.ts';
import type { ForwardOutcome, Upgrade } from '../core/forward.ts';
import type { Span } from '../core/tracing.ts';
import type { UpstreamOutcome } from '../core/verdict.ts';
import type { Admission } from '../pipeline/admit.ts';
import { bodyFraming, readBody } from '../pipeline/body.ts';
import { RequestExchange } from '../pipeline/exchange.ts';
import { type BodyReader, JudgedBody } from '../pipeline/judged-body.ts';
import { bodyToForward, headersToForward } from '../pipeline/onward.ts';
import { gatewayFault } from '../pipeline/refusal.ts';
import type { Ending } from '../pipeline/request-meters.ts';
import { runChain } from '../pipeline/run.ts';
import { type TraceContext, traceContextOf } from '../pipeline/trace-context.ts';
import type { Gateway } from './gateway.ts';
import { type AnswerNotes, respondFault, respondRelay } from './respond.ts';

type Admitted = Extract<Admission, { kind: 'admitted' }>;

const notForwarded: UpstreamOutcome = Object.freeze({ forwarded: false, status: undefined });
const unknown: UpstreamOutcome = Object.freeze({ forwarded: true, status: undefined });

/** One request from its canonical path to its records. */
export class Journey {
  readonly #gateway: Gateway;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #requestId: string;
  readonly #revision: string;
  readonly #upgrade: Upgrade | undefined;
  readonly #decisionId = randomUUID();
  readonly #started = performance.now();
  readonly #at: number;
  path = '';
  clientAddress = '';
  #exchange: RequestExchange | undefined;
  #route = '';
  #trace: TraceContext | undefined;
  #span: Span | undefined;
  /** Bytes of the body that are held for this request. */
  #held = 0;

  constructor(
    gateway: Gateway,
    req: IncomingMessage,
    res: ServerResponse,
    requestId: string,
    revision: string,
    upgrade: Upgrade | undefined,
  ) {
    this.#gateway = gateway;
    this.#at = gateway.clock.now();
    this.#req = req;
    this.#res = res;
    this.#requestId = requestId;
    this.#revision = revision;
    this.#upgrade = upgrade;
  }

  /** Answers with a refusal of our own. */
  refuse(fault: Fault): void {
    this.#respond(fault);
    this.#finish(fault.status, 'refused', fault.code);
  }

  /** Judges the request and, when all stages let it pass, forwards it; in any case the stages settle. */
  async run(admitted: Admitted): Promise<void> {
    const x = this.#begin(admitted);
    let outcome = unknown;
    try {
      outcome = await this.#travel(x, admitted);
    } finally {
      this.#gateway.load.give(this.#held);
      await this.#settle(x, outcome);
    }
  }

  #begin({ found, target, headers }: Admitted): RequestExchange {
    const x = new RequestExchange(
      {
        requestId: this.#requestId,
        method: this.#req.method ?? '',
        path: target.path,
        query: target.query,
        params: found.params,
        headers: headers.seen,
        clientAddress: headers.clientAddress,
        routeId: found.chain.route.id,
        operation: found.operation,
        receivedAt: this.#at,
      },
      this.#gateway.lookups,
    );
    this.#exchange = x;
    this.#span = this.#gateway.tracing?.start(`${x.method} ${x.routeId}`, headers.seen);
    this.#trace = this.#span ?? traceContextOf(headers.seen);
    x.span = this.#span;
    this.#route = x.routeId;
    this.#res.once('close', () => {
      if (!this.#res.writableFinished) x.abort();
    });
    return x;
  }

  async #travel(x: RequestExchange, { found, headers }: Admitted): Promise<UpstreamOutcome> {
    const { chain } = found;
    if (this.#upgrade !== undefined && !chain.route.upgrade) {
      const message = 'This path takes no protocol upgrade. Send the request without Upgrade.';
      return this.#refused(gatewayFault('upgrade-refused', message));
    }
    const { load, requestMs: timeoutMs } = this.#gateway;
    const take = (bytes: number): boolean => {
      if (!load.take(bytes)) return false;
      this.#held += bytes;
      return true;
    };
    const read: BodyReader = (maxBytes) => readBody(this.#req, { maxBytes, timeoutMs, take });
    const judged = runChain(chain.steps, x, new JudgedBody(read, chain.route, this.#gateway.log));
    const outcome = judged instanceof Promise ? await judged : judged;
    if (outcome.kind === 'deny') return this.#refused(outcome.fault);
    if (outcome.kind === 'relay') {
      respondRelay(this.#res, outcome.answer, this.#notes());
      this.#finish(outcome.answer.status, 'relayed', undefined);
      return notForwarded;
    }
    const framing = x.bytes === undefined ? bodyFraming(this.#req).kind : 'none';
    const body = await bodyToForward(x, framing, read, chain.route.body.maxBytes);
    if (typeof body === 'object' && 'code' in body) return this.#refused(body);
    return this.#forward(x, chain.route.upstream, headers, body);
  }

  #refused(fault: Fault): UpstreamOutcome {
    this.refuse(fault);
    return notForwarded;
  }

  async #forward(
    x: RequestExchange,
    upstream: string,
    headers: Admitted['headers'],
    body: Uint8Array | 'stream' | undefined,
  ): Promise<UpstreamOutcome> {
    const started = performance.now();
    const span = this.#span?.child(`upstream ${upstream}`);
    const leaving = headersToForward(x, headers.forward);
    // What the client said of a trace is replaced by what is said now.
    delete leaving['tracestate'];
    Object.assign(leaving, (span ?? this.#trace)?.headers);
    const outcome = await this.#gateway.forwarder.forward(this.#req, this.#res, {
      upstream,
      method: x.method,
      target: x.path + x.query,
      headers: leaving,
      body,
      responseHeaders: this.#responseHeaders(),
      challenge: x.challenge,
      upgrade: this.#upgrade,
    });
    span?.end({ 'images_gateway.ending': outcome.kind }, outcome.kind === 'failed');
    this.#gateway.meters.upstream(upstream, (performance.now() - started) / 1000);
    this.#conclude(outcome);
    // Whatever broke: the upstream may have acted before it did.
    return outcome.kind === 'failed' ? unknown : { forwarded: true, status: outcome.status };
  }

  #conclude(outcome: ForwardOutcome): void {
    if (outcome.kind !== 'failed') {
      // 499 is what proxies write for a client that did not wait; nobody receives it.
      const endings = { answered: 'forwarded', cut: 'cut', 'client-gone': 'client-gone' } as const;
      this.#finish(outcome.status ?? 499, endings[outcome.kind], undefined);
      return;
    }
    const fault = gatewayFault(outcome.fault, outcome.message);
    this.#respond(fault);
    this.#finish(fault.status, 'upstream-failed', fault.code);
  }

  #respond(fault: Fault): void {
    respondFault(this.#res, fault, this.#notes());
  }

  #notes(): AnswerNotes {
    return { requestId: this.#requestId, revision: this.#revision, responseHeaders: this.#responseHeaders() };
  }

  /** What every answer carries, whoever makes it. */
  #responseHeaders(): Record<string, string> {
    const headers: Record<string, string> = { ...this.#exchange?.responseHeaders };
    headers['x-openstack-request-id'] = this.#requestId;
    headers['x-policy-decision'] = this.#decisionId;
    const flags = this.#exchange?.flags;
    if (flags !== undefined && flags.length > 0) headers['x-policy-flag'] = flags.join(', ');
    return headers;
  }

  /** The stages' own endings, the last stage first; one that fails must not keep the others from theirs. */
  async #settle(x: RequestExchange, outcome: UpstreamOutcome): Promise<void> {
    for (const settle of x.settles.reverse()) {
      try {
        await settle(outcome);
      } catch (error) {
        this.#gateway.log.error({ request: this.#requestId, err: error }, 'a stage failed to settle');
      }
    }
  }

  #finish(status: number, ending: Ending, fault: string | undefined): void {
    const seconds = (performance.now() - this.#started) / 1000;
    this.#gateway.meters.count(this.#route, this.#req.method ?? '', status, ending, seconds);
    if (fault !== undefined) {
      const [stage = '', name = ''] = fault.split('/');
      this.#gateway.meters.refused(stage, name);
    }
    this.#span?.end(
      {
        'http.request.method': this.#req.method,
        'http.route': this.#route,
        'http.response.status_code': status,
        'images_gateway.fault': fault,
        'images_gateway.request': this.#requestId,
      },
      status >= 500,
    );
    this.#gateway.record({
      traceId: this.#trace?.traceId,
      decisionId: this.#decisionId,
      requestId: this.#requestId,
      at: this.#at,
      method: this.#req.method ?? '',
      path: this.path,
      clientAddress: this.clientAddress,
      status,
      ending,
      fault,
      seconds,
      revision: this.#revision,
      route: this.#route,
      exchange: this.#exchange,
    });
  }
}
