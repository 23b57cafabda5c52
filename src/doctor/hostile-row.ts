import type { SeenRequest } from './lenient-request.ts';

/** Where a hostile request is aimed: what it needs to be let in, were it honest. */
export interface Aim {
  readonly token: string;
  /** The path of an image, e.g. `/v2/images/UUID`. */
  readonly image: string;
}

/** What came of one request. */
export interface Outcome {
  /** All that was answered on the connection, as characters from 0 to 255. */
  readonly answer: string;
  /** What the service behind ran meanwhile; the gateway's own look-ups are not among it. */
  readonly seen: readonly SeenRequest[];
}

/** One hostile request, with what must become of it. */
export interface HostileRow {
  readonly family: string;
  readonly name: string;
  /** What the gateway does with it, one sentence. */
  readonly expect: string;
  /** Where the trick comes from: a standard, an advisory, the behaviour of a server. */
  readonly source: string;
  /** What is written to the connection. */
  readonly bytes: (aim: Aim) => string;
  /** What got through, for people; `undefined`: nothing. */
  readonly through: (outcome: Outcome) => string | undefined;
}

/** What stands in everything that must not arrive. */
export const mark = 'doctor-was-here';

/** Nothing of the request may reach the service behind. */
export const refused = ({ seen: [first] }: Outcome): string | undefined =>
  first && `${first.line} was run${first.body === '' ? '' : ` with ${shown(first.body)}`}`;

/** The request may pass, but no header that holds the mark. */
export const unmarked = ({ seen }: Outcome): string | undefined => {
  const line = seen.flatMap(({ head }) => head.split('\n')).find((header) => header.includes(mark));
  return line && `the service behind was told ${shown(line)}`;
};

/** Nothing may be run as a request that was hidden inside another. */
export const nothingHidden = ({ seen }: Outcome): string | undefined => {
  const hidden = seen.find(({ line }) => line.includes(mark));
  return hidden && `the hidden request ${shown(hidden.line)} was run`;
};

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** Stands in every request of the doctor, and in none that the gateway makes by itself. */
export const ownMark = 'X-Doctor: examines';

/** A request of its own connection: the header lines given, a host, a token, and an end, unless they say otherwise. */
export const request = (aim: Aim, line: string, headers: readonly string[] = [], body?: string): string => {
  const has = (name: string) => headers.some((header) => header.toLowerCase().startsWith(`${name}:`));
  const lines = [
    `${line} HTTP/1.1`,
    'Host: gateway.example',
    ownMark,
    ...(has('x-auth-token') || has('x_auth_token') ? [] : [`X-Auth-Token: ${aim.token}`]),
    ...headers,
    ...(body === undefined || has('content-length') || has('transfer-encoding')
      ? []
      : [`Content-Length: ${body.length}`]),
    ...(has('connection') ? [] : ['Connection: close']),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
};

export const json = 'Content-Type: application/json';
/** A write that is sound in itself. */
export const soundBody = '{"metadata":{"label":"x"}}';
/** What an attacker would like to be run unjudged. */
export const hiddenRequest = `GET /${mark} HTTP/1.1\r\nHost: a\r\n\r\n`;

export type RowDraft = readonly [name: string, bytes: HostileRow['bytes'], source?: string];

/** Rows that share everything but their name and bytes. */
export const family = (
  shared: Pick<HostileRow, 'family' | 'expect' | 'source' | 'through'>,
  drafts: readonly RowDraft[],
): HostileRow[] =>
  drafts.map(([name, bytes, source = shared.source]) => ({ ...shared, name, bytes, source }));
