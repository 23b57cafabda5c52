import type { HttpAnswer, HttpClient, HttpFailure, HttpRequest } from './http-client.ts';
import type { Address, Addresses } from './upstream-addresses.ts';

/**
 * Calls one of several addresses, chosen like those of requests that are forwarded; another one when no connection to
 * it could be made.
 * @param clients one for each address; @param timeoutMs for one call, all its tries together
 */
export const balancedClient = (
  addresses: Addresses,
  clients: readonly HttpClient[],
  timeoutMs: number,
): HttpClient => {
  const to = async (address: Address, request: HttpRequest): Promise<HttpAnswer | HttpFailure> => {
    addresses.begin(address);
    const answer = await (clients[address.index] as HttpClient).request(request);
    addresses.end(address, endingOf(answer, request));
    return answer;
  };
  return {
    async request(request) {
      const end = performance.now() + (request.timeoutMs ?? timeoutMs);
      const tried = new Set<Address>();
      for (;;) {
        const address = addresses.choose(tried) as Address;
        tried.add(address);
        const answer = await to(address, { ...request, timeoutMs: Math.max(1, end - performance.now()) });
        if (answer.kind === 'answered' || !answer.unsent || request.signal?.aborted) return answer;
        if (performance.now() >= end || addresses.choose(tried) === undefined) return answer;
        addresses.moved();
      }
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
};

const endingOf = (answer: HttpAnswer | HttpFailure, { signal }: HttpRequest) => {
  if (answer.kind === 'answered') return 'well';
  if (signal?.aborted) return 'nothing';
  return answer.unsent ? 'unreached' : 'failed';
};
