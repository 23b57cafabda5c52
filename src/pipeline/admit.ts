import type { Fault } from '../core/fault.ts';
import { type CanonicalTarget, canonicalTarget } from './canonical-path.ts';
import type { Snapshot } from './compile.ts';
import { type FoundChain, findChain } from './find-chain.ts';
import { gatewayFault } from './refusal.ts';
import { type CleanHeaders, cleanRequestHeaders, type Peer } from './request-headers.ts';

/** What stands in front of a request's body. */
export interface RequestHead {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  /** Names and values in turn, as `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

/** A request whose head is sound, with the chain that judges it; or the refusal, and how far it came. */
export type Admission =
  | {
      readonly kind: 'admitted';
      readonly target: Extract<CanonicalTarget, { kind: 'ok' }>;
      readonly headers: Extract<CleanHeaders, { kind: 'ok' }>;
      readonly found: FoundChain;
    }
  | {
      readonly kind: 'refused';
      readonly fault: Fault;
      /** The canonical path; empty when there is none. */
      readonly path: string;
      /** `undefined`: the headers were not looked at, or are refused. */
      readonly headers: Extract<CleanHeaders, { kind: 'ok' }> | undefined;
    };

/**
 * The first part of a request's way, the same for real traffic, policy cases and explanations: canonical path, clean
 * headers, chain. Pure but for what `peer.trusted` does.
 */
export const admit = (snapshot: Snapshot, head: RequestHead, peer: Peer): Admission => {
  const target = canonicalTarget(head.target);
  if (target.kind === 'refused') return refused(gatewayFault(target.fault, target.message), '', undefined);
  const headers = cleanRequestHeaders(head.rawHeaders, peer);
  if (headers.kind === 'refused')
    return refused(gatewayFault(headers.fault, headers.message), target.path, undefined);
  const found = findChain(snapshot, head.method, target.segments);
  if (found.kind === 'none') return refused(found.fault, target.path, headers);
  return { kind: 'admitted', target, headers, found };
};

const refused = (
  fault: Fault,
  path: string,
  headers: Extract<CleanHeaders, { kind: 'ok' }> | undefined,
): Admission => ({ kind: 'refused', fault, path, headers });
