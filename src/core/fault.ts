/**
 * Names of OpenStack faults: the one top-level member of an error body.
 * Source: Rackspace Cloud Servers "Faults", Nova `api/openstack/wsgi.py` class Fault.
 */
export type FaultName =
  | 'badRequest'
  | 'unauthorized'
  | 'forbidden'
  | 'itemNotFound'
  | 'badMethod'
  | 'conflictingRequest'
  | 'overLimit'
  | 'badMediaType'
  | 'computeFault'
  | 'notImplemented'
  | 'serviceUnavailable';

/** One way to refuse: the HTTP status, the fault's name on the wire, and what it means for an operator. */
export interface FaultSpec {
  readonly status: number;
  readonly name: FaultName;
  /** One sentence for `docs/faults.md`: when this is answered. */
  readonly when: string;
}

/** A refusal ready to be sent. `code` is `<stage>/<fault>`, the name used in logs, metrics and docs. */
export interface Fault {
  readonly code: string;
  readonly status: number;
  readonly name: FaultName;
  /** What was wrong, where, and what to do: the clients show this member and no other. */
  readonly message: string;
  /** Milliseconds after which the same request may succeed. */
  readonly retryAfterMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Further members of the fault object, e.g. `retryAfter`. */
  readonly members?: Readonly<Record<string, string>> | undefined;
}

/** `Retry-After` in whole seconds, never below 1 (RFC 9110 10.2.3; clients read only the number form). */
export const retryAfterSeconds = (milliseconds: number): number =>
  Math.max(1, Math.ceil(milliseconds / 1000));

/**
 * The body of a fault: exactly one top-level member, because novaclient reads the first one only.
 * `details` carries what machines and tickets need; openstacksdk drops it, so nothing helpful hides there.
 */
export const faultBody = (fault: Fault, details: string): string =>
  JSON.stringify({
    [fault.name]: { code: fault.status, message: fault.message, details, ...fault.members },
  });
