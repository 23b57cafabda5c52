import type { Exchange } from './exchange.ts';
import type { FaultSpec } from './fault.ts';
import type { JsonObject } from './json.ts';
import type { Operation } from './operation.ts';
import type { LimitDefinition } from './policy.ts';
import type { Ports } from './ports.ts';
import type { Static, TObject } from './type.ts';
import type { Verdict } from './verdict.ts';

/**
 * What one stage must have done before another can work. `identity` is given by `authenticate`, `order` by
 * `write-order`, `body` and `intent` by the runner (`intent` only on routes that match operations).
 */
export type Fact = 'identity' | 'order' | 'body' | 'intent';

/** What a stage may know of the policy it is prepared for. */
export interface Scope {
  readonly routeId: string;
  /** The guarded calls of this route; empty on a route that matches by path. */
  readonly operations: readonly Operation[];
  readonly limits: readonly LimitDefinition[];
  readonly schemas: ReadonlyMap<string, JsonObject>;
}

/** A wrong option, found in `prepare`: shown with file, line and column of the stage's use. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  /** Path of the wrong option inside `with`, e.g. `['schemas', 'image-metadata-set']`. */
  readonly path: readonly string[];
  constructor(path: readonly string[], message: string) {
    super(message);
    this.path = path;
  }
}

export type Check<F extends string = string> = (exchange: Exchange) => Verdict<F> | Promise<Verdict<F>>;

/** One step of the pipeline: a plain object. It never sees `req` or `res`; it returns a verdict. */
export interface Stage<
  S extends TObject = TObject,
  P extends keyof Ports = keyof Ports,
  F extends string = string,
> {
  /** kebab-case: the word in policy files and the metric label. */
  readonly name: string;
  /** One sentence, printed by `images-gateway stages`. */
  readonly summary: string;
  /** Every property needs a default or is required; unknown ones are refused at load. */
  readonly options: S;
  readonly reads: readonly Fact[];
  readonly gives: readonly Fact[];
  readonly ports: readonly P[];
  /** Every way this stage can refuse. */
  readonly faults: Readonly<Record<F, FaultSpec>>;
  /** Runs once per policy load; all work that does not need a request belongs here. Throws `OptionError`. */
  prepare(options: Static<S>, ports: Pick<Ports, P>, scope: Scope): Check<F>;
}

/** Infers the types of a stage from its table, so that a typo in a fault, option or port does not compile. */
export const defineStage = <S extends TObject, P extends keyof Ports, F extends string>(
  stage: Stage<S, P, F>,
): Stage<S, P, F> => stage;

/** A stage whose particular types are no longer of interest: an entry of the list in `stages/index.ts`. */
export interface AnyStage {
  readonly name: string;
  readonly summary: string;
  readonly options: TObject;
  readonly reads: readonly Fact[];
  readonly gives: readonly Fact[];
  readonly ports: readonly (keyof Ports)[];
  readonly faults: Readonly<Record<string, FaultSpec>>;
  prepare(options: Readonly<Record<string, unknown>>, ports: Ports, scope: Scope): Check;
}
