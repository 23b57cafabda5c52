/** One stretch of time in a trace: a request, what a stage waits for, the forwarding. */
export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Whether it is recorded. */
  readonly sampled: boolean;
  /** For the next hop: `traceparent` and, if there is one, `tracestate` (W3C Trace Context). */
  readonly headers: Readonly<Record<string, string>>;
  child(name: string): Span;
  /** Runs what belongs to the span, so that what other libraries record of it hangs below. */
  within<T>(run: () => T): T;
  /** @param failed the stretch ended in an error, not in a refusal. */
  end(attributes?: Readonly<Record<string, string | number | undefined>>, failed?: boolean): void;
}

/** Records spans, when the operator has loaded a tracing SDK. */
export interface Tracing {
  /**
   * @param headers the client's, names in lower case; what they say of a trace is carried on.
   */
  start(name: string, headers: Readonly<Record<string, string | string[] | undefined>>): Span;
}
