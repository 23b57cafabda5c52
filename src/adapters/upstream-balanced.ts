import type { ForwardOutcome, ForwardPort } from '../core/forward.ts';
import type { AddressEnding } from './address-health.ts';
import type { Address, Addresses } from './upstream-addresses.ts';
import type { Way } from './upstream-way.ts';

/**
 * Forwards to one of several addresses, and to another one when no connection to it could be made: nothing was sent
 * then, so that this is safe for every method. Everything else is not repeated here.
 * @param ways one for each address; @param timeoutMs after which no further address is tried
 */
export const balanced = (
  addresses: Addresses,
  ways: readonly Way[],
  timeoutMs: number,
): ForwardPort['forward'] => {
  const to = async (address: Address, ...request: Parameters<ForwardPort['forward']>) => {
    addresses.begin(address);
    let ending: AddressEnding = 'nothing';
    try {
      const outcome = await (ways[address.index] as Way).forward(...request);
      ending = endingOf(outcome);
      return outcome;
    } finally {
      addresses.end(address, ending);
    }
  };
  return async (req, res, request) => {
    const end = performance.now() + timeoutMs;
    const first = addresses.choose() as Address;
    let outcome = await to(first, req, res, request);
    if (!isUnsent(outcome)) return outcome;
    const tried = new Set([first]);
    while (isUnsent(outcome) && !res.destroyed && !request.signal?.aborted && performance.now() < end) {
      const next = addresses.choose(tried);
      if (next === undefined) break;
      tried.add(next);
      addresses.moved();
      outcome = await to(next, req, res, request);
    }
    return outcome;
  };
};

const isUnsent = (outcome: ForwardOutcome): boolean => outcome.kind === 'failed' && outcome.unsent === true;

const endingOf = (outcome: ForwardOutcome): AddressEnding => {
  switch (outcome.kind) {
    case 'answered':
      return 'well';
    case 'client-gone':
      return 'nothing';
    case 'cut':
      return 'failed';
    case 'failed':
      if (outcome.fault === 'bad-request') return 'nothing';
      return outcome.unsent ? 'unreached' : 'failed';
  }
};
