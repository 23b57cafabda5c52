/** A small recorder behind the OpenTelemetry API, as an SDK would register one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanStatus,
  type TextMapGetter,
  type TextMapSetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';

export interface RecordedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly attributes: Record<string, unknown>;
  status: SpanStatus | undefined;
  ended: boolean;
}

const hex = (count: number, digits: number): string => count.toString(16).padStart(digits, '0');

const registerContext = (): void => {
  const storage = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (inner, run, self, ...args) => storage.run(inner, () => run.apply(self, args)),
    bind: (_inner, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
};

const registerPropagation = (): void => {
  propagation.setGlobalPropagator({
    fields: () => ['traceparent'],
    inject(inner: Context, carrier: unknown, setter: TextMapSetter) {
      const span = trace.getSpanContext(inner);
      if (span !== undefined) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`);
    },
    extract(outer: Context, carrier: unknown, getter: TextMapGetter) {
      const [, traceId = '', spanId = ''] = String(getter.get(carrier, 'traceparent')).split('-');
      const parent = { traceId, spanId, traceFlags: 1, isRemote: true };
      return isSpanContextValid(parent) ? trace.setSpanContext(outer, parent) : outer;
    },
  });
};

/** Registers the recorder for this process. */
export const recordSpans = (): readonly RecordedSpan[] => {
  const spans: RecordedSpan[] = [];
  const startSpan: Tracer['startSpan'] = (name, _options, outer = context.active()) => {
    const parent = trace.getSpanContext(outer);
    const recorded: RecordedSpan = {
      name,
      traceId: parent?.traceId ?? hex(spans.length + 1, 32),
      spanId: hex(spans.length + 1, 16),
      parentId: parent?.spanId,
      attributes: {},
      status: undefined,
      ended: false,
    };
    spans.push(recorded);
    const span = {
      spanContext: () => ({ traceId: recorded.traceId, spanId: recorded.spanId, traceFlags: 1 }),
      setAttribute(key: string, value: unknown) {
        recorded.attributes[key] = value;
        return span;
      },
      setStatus(status: SpanStatus) {
        recorded.status = status;
        return span;
      },
      end() {
        recorded.ended = true;
      },
    };
    return span as unknown as Span;
  };
  registerContext();
  registerPropagation();
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
  return spans;
};
