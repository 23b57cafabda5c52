import type { IncomingMessage } from 'node:http';

/** A request that a simulated service received. */
export interface SeenRequest {
  readonly method: string;
  /** As it came over the wire. */
  readonly target: string;
  /** Names in lower case; values of token headers are left out. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a service received: all of it counted, the last ones kept. For tests. */
export interface RequestLog {
  readonly total: number;
  readonly recent: readonly SeenRequest[];
  clear(): void;
}

const keepAtMost = 1000;
const hidden = '(hidden)';

const withoutTokens = (headers: IncomingMessage['headers']): SeenRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name.includes('token') || name === 'authorization' ? hidden : value,
    ]),
  );

export class RequestMemory implements RequestLog {
  total = 0;
  recent: SeenRequest[] = [];

  add(request: IncomingMessage): void {
    this.total += 1;
    if (this.recent.length >= keepAtMost) this.recent.shift();
    this.recent.push({
      method: request.method ?? '',
      target: request.url ?? '',
      headers: withoutTokens(request.headers),
    });
  }

  clear(): void {
    this.total = 0;
    this.recent = [];
  }
}
