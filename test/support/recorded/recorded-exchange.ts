import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireRequest } from '../../openstack/support/wire.ts';

/** Text in which a run of one text is written as the text and how often. */
export type RunText = string | readonly (string | readonly [text: string, times: number])[];

/** What a real service answered: ids, times and secrets are names in angle brackets. */
export interface RecordedAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly reason: string;
  /** Those that clients read, names in lower case, repeated ones joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** A body that is no JSON. */
  readonly text?: RunText;
}

export interface RecordedRequest {
  readonly name: string;
  readonly service: 'identity' | 'compute' | 'image';
  readonly method: string;
  readonly target: RunText;
  /** Default HTTP/1.1. */
  readonly version?: string;
  readonly headers: readonly (readonly [name: string, value: RunText])[];
  readonly body?: RunText | { readonly base64: string };
  /** `none`: the headers of the request say how its body is framed, rightly or wrongly. */
  readonly framing?: 'length' | 'none';
  /** Left out for requests that only made the state that the next ones were asked in. */
  readonly answer?: RecordedAnswer;
}

/** The recorder waited here until the server that it had changed was at rest. */
export interface Settle {
  readonly settle: true;
}

/** Everything that was recorded, in its order. */
export const recordedExchanges = (): readonly (RecordedRequest | Settle)[] =>
  readFileSync(join(import.meta.dirname, 'exchanges.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

export const wholeText = (text: RunText): string =>
  typeof text === 'string'
    ? text
    : text.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('');

/** The request as it goes out. @param fill puts ids in the place of their names */
export const wireRequest = (recorded: RecordedRequest, fill: (text: string) => string): WireRequest => {
  const { method, body, framing, version } = recorded;
  const filled = (text: RunText): string => fill(wholeText(text));
  return {
    method,
    target: filled(recorded.target),
    headers: recorded.headers.map(([name, value]): [string, string] => [name, filled(value)]),
    body: body === undefined ? undefined : 'base64' in Object(body) ? bytes(body) : filled(body as RunText),
    framing,
    version,
  };
};

const bytes = (body: NonNullable<RecordedRequest['body']>): Uint8Array =>
  Buffer.from((body as { readonly base64: string }).base64, 'base64');
