import type { Identity } from './identity.ts';

/** What became of a request that passed this stage. */
export interface UpstreamOutcome {
  /** False: a later stage refused it, or the upstream could not be connected to, so it has surely done nothing. */
  readonly forwarded: boolean;
  /** What the upstream answered; `undefined` when no answer came. */
  readonly status: number | undefined;
}

/** Called once when the request is over, whatever its end, in the reverse order of the stages. */
export type Settle = (outcome: UpstreamOutcome) => void | Promise<void>;

export interface Pass {
  readonly kind: 'pass';
  readonly identity?: Identity;
  /** Set on the forwarded request. Names are lower case. */
  readonly upstreamHeaders?: Readonly<Record<string, string>>;
  /** Taken out of the forwarded request before `upstreamHeaders` are set. Names are lower case. */
  readonly dropUpstreamHeaders?: readonly string[];
  /** `WWW-Authenticate` for a 401 of the upstream that has none, which HTTP does not allow (RFC 9110 15.5.2). */
  readonly challenge?: string;
  /** Set on the answer to the client, whoever makes it. */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly settle?: Settle;
  /** A fault of the stage that would have been answered, were it not for an option: counted, logged and marked. */
  readonly flag?: string;
  /** Notes for the decision record: ids and counts, never secrets. */
  readonly notes?: Readonly<Record<string, unknown>>;
}

export interface Deny<F extends string = string> {
  readonly kind: 'deny';
  readonly fault: F;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly members?: Readonly<Record<string, string>> | undefined;
  readonly responseHeaders?: Readonly<Record<string, string>> | undefined;
  /** Set on the forwarded request, which there is in flag mode only. Names are lower case. */
  readonly upstreamHeaders?: Readonly<Record<string, string>> | undefined;
  readonly notes?: Readonly<Record<string, unknown>> | undefined;
}

/** The upstream's own answer to a look-up, handed to the client as it is (its 403 or 404). */
export interface Relay {
  readonly kind: 'relay';
  readonly answer: UpstreamAnswer;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

/** What a stage says of a request. A refusal is a value; an exception is a bug. */
export type Verdict<F extends string = string> = Pass | Deny<F> | Relay;

export const pass: Pass = Object.freeze({ kind: 'pass' });

/** @param message what was wrong, where, and what to do; it is shown to the caller. */
export const deny = <F extends string>(
  fault: F,
  message: string,
  more?: Omit<Deny<F>, 'kind' | 'fault' | 'message'>,
): Deny<F> => ({ kind: 'deny', fault, message, ...more });

export const relay = (answer: UpstreamAnswer): Relay => ({ kind: 'relay', answer });
