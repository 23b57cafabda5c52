import { type RawAnswer, rawAnswer, rawJson } from './raw-origin.ts';
import { notFound, tokenBody, unauthorized } from './scripted-keystone.ts';
import { handClock } from './tokens.ts';

/** What the client gets, with the outage that the gateway notes. */
export type Expected = '401' | `503 ${string}`;

export interface BrokenAnswer {
  readonly name: string;
  readonly answer: RawAnswer;
  readonly expected: Expected;
  /** How often Keystone is asked about the token. */
  readonly asked: number;
  /** Of the refusal, where Keystone says when to come back. */
  readonly retryAfterMs?: number | undefined;
  /** As an answer to a sign-in it is no token either. */
  readonly tellsNothing: boolean;
}

const send =
  (bytes: Buffer | string): RawAnswer =>
  (socket) =>
    socket.write(bytes);
const end =
  (bytes: string): RawAnswer =>
  (socket) =>
    socket.end(bytes);
const fault = (status: string, headers: Readonly<Record<string, string>> = {}): RawAnswer =>
  send(rawJson(status, { error: { code: 1, message: 'no', title: 'No' } }, headers));
const ok = (headers: Readonly<Record<string, string>>, body?: string | Uint8Array): RawAnswer =>
  send(rawAnswer('200 OK', headers, body));
const token = (other: Readonly<Record<string, unknown>>): RawAnswer =>
  send(rawJson('200 OK', tokenBody(other)));

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };
const whole = JSON.stringify(tokenBody());
const begun = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const inTwoMinutes = new Date(handClock().now() + 120_000).toUTCString();

type Row = readonly [
  name: string,
  answer: RawAnswer,
  expected: Expected,
  asked: number,
  retryAfterMs?: number,
];

const rows: readonly Row[] = [
  ['401 to our credential, again after a new sign-in', send(unauthorized), '503 credential', 2],
  ['403', fault('403 FORBIDDEN'), '503 credential', 1],
  ['404 of Keystone', send(notFound), '401', 1],
  ['404 of something else', send(rawAnswer('404 Not Found', html, '<html>')), '503 malformed', 1],
  ['400 of Keystone', fault('400 BAD REQUEST'), '401', 1],
  ['413', fault('413 TOO LARGE'), '503 status', 1],
  ['413 with Retry-After', fault('413 TOO LARGE', { 'retry-after': '9' }), '503 status', 1, 9000],
  ['429 without Retry-After', fault('429 TOO MANY'), '503 status', 1],
  [
    '429 with Retry-After in seconds',
    fault('429 TOO MANY', { 'retry-after': '17' }),
    '503 status',
    1,
    17_000,
  ],
  [
    '429 with Retry-After as a date',
    fault('429 TOO MANY', { 'retry-after': inTwoMinutes }),
    '503 status',
    1,
    120_000,
  ],
  [
    '429 with a Retry-After that says nothing',
    fault('429 TOO MANY', { 'retry-after': 'soon' }),
    '503 status',
    1,
  ],
  ['500', fault('500 OOPS'), '503 status', 3],
  ['502', fault('502 BAD GATEWAY'), '503 status', 3],
  ['503', fault('503 UNAVAILABLE'), '503 status', 3],
  ['503 with Retry-After', fault('503 UNAVAILABLE', { 'retry-after': '0' }), '503 status', 1, 1000],
  ['504', fault('504 GATEWAY TIMEOUT'), '503 status', 3],
  ['300 with versions', send(rawJson('300 MULTIPLE CHOICES', { versions: { values: [] } })), '503 status', 1],
  ['a redirect', send(rawAnswer('302 FOUND', { location: '/elsewhere' })), '503 status', 1],
  ['204', send(rawAnswer('204 NO CONTENT', {})), '503 status', 1],
  ['a good token as 201', send(rawJson('201 CREATED', tokenBody())), '503 status', 1],
  ['garbage instead of a body', ok(json, Buffer.from([0xff, 0xfe, 0, 1])), '503 malformed', 1],
  ['garbage instead of HTTP', end('SSH-2.0-OpenSSH_9.2\r\n\r\n'), '503 malformed', 1],
  ['an empty body', ok(json), '503 malformed', 1],
  ['a good token as text/html', ok(html, whole), '503 malformed', 1],
  ['a good token without content type', ok({}, whole), '503 malformed', 1],
  [
    'a compressed body',
    ok({ ...json, 'content-encoding': 'gzip' }, Buffer.from([0x1f, 0x8b, 8])),
    '503 malformed',
    1,
  ],
  [
    'a body cut short',
    end(`${begun}content-length: ${whole.length}\r\n\r\n${whole.slice(0, 99)}`),
    '503 reset',
    3,
  ],
  [
    'a chunked body cut short',
    end(`${begun}transfer-encoding: chunked\r\n\r\nff0\r\n${whole}`),
    '503 reset',
    3,
  ],
  ['a closed connection', (socket) => socket.destroy(), '503 reset', 3],
  ['nothing in time', () => undefined, '503 timeout', 3],
  ['an answer that stops in mid-body', send(`${begun}content-length: 999\r\n\r\n{`), '503 timeout', 3],
  ['a token without user', token({ user: undefined }), '503 malformed', 1],
  ['a token without end', token({ expires_at: undefined }), '503 malformed', 1],
  ['a scoped token without roles', token({ roles: undefined }), '503 malformed', 1],
  ['a body of 1 MB', token({ filler: 'x'.repeat(1_000_000) }), '503 bounds', 1],
];

/** Answers of a broken Keystone to a question about a token. Dates are told from a `handClock`. */
export const brokenAnswers: readonly BrokenAnswer[] = rows.map(
  ([name, answer, expected, asked, retryAfterMs]) => ({
    name,
    answer,
    expected,
    asked,
    retryAfterMs,
    tellsNothing: !name.startsWith('a good token') && expected !== '401',
  }),
);
