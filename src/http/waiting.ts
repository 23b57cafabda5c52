import type { ServerResponse } from 'node:http';
import type { TokenAsker } from '../core/ports.ts';

/** A request that waits to learn who calls, before there is an exchange. */
export class Waiting implements TokenAsker {
  readonly clientAddress: string;
  readonly #res: ServerResponse;

  constructor(res: ServerResponse, clientAddress: string) {
    this.#res = res;
    this.clientAddress = clientAddress;
  }

  /** Made on demand: a cached token needs none. */
  get signal(): AbortSignal {
    const controller = new AbortController();
    this.#res.once('close', () => controller.abort());
    return controller.signal;
  }
}
