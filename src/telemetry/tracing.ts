import { createRequire } from 'node:module';
import type * as api from '@opentelemetry/api';
import type { Span as ApiSpan, Context, SpanKind as Kind, Tracer } from '@opentelemetry/api';
import type { Span, Tracing } from '../core/tracing.ts';
import { packageVersion } from './version.ts';

// As CommonJS, which prom-client has loaded already: its ES modules would be another fifty files at each start.
const { context, ProxyTracerProvider, propagation, SpanKind, SpanStatusCode, TraceFlags, trace }: typeof api =
  createRequire(import.meta.url)('@opentelemetry/api');

/**
 * Spans by OpenTelemetry, when a program that the operator loads first (`node --import ./tracing.mjs`) has registered
 * an SDK. `undefined` otherwise: then no request pays for it. The only importer of the API.
 */
export const createTracing = (): Tracing | undefined => {
  const provider = trace.getTracerProvider();
  // The API keeps a stand-in until an SDK is registered; both stand-ins share one delegate that does nothing.
  const idle = new ProxyTracerProvider().getDelegate();
  if (provider instanceof ProxyTracerProvider && provider.getDelegate() === idle) return undefined;
  const tracer = trace.getTracer('images-gateway', packageVersion());
  return {
    start(name, headers) {
      const parent = propagation.extract(context.active(), headers);
      return open(tracer, name, SpanKind.SERVER, parent);
    },
  };
};

const open = (tracer: Tracer, name: string, kind: Kind, parent: Context): Span => {
  const span: ApiSpan = tracer.startSpan(name, { kind }, parent);
  const inner = trace.setSpan(parent, span);
  return {
    traceId: span.spanContext().traceId,
    sampled: (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0,
    get headers() {
      const carrier: Record<string, string> = {};
      propagation.inject(inner, carrier);
      return carrier;
    },
    child: (childName) => open(tracer, childName, SpanKind.INTERNAL, inner),
    within: (run) => context.with(inner, run),
    end(attributes, failed = false) {
      for (const [key, value] of Object.entries(attributes ?? {}))
        if (value !== undefined) span.setAttribute(key, value);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
};
