import { foldHeaderName, identityHeaderNames } from '../core/identity-headers.ts';

/** What becomes of a request header. */
export type HeaderRule =
  /** Shown to the stages and forwarded. */
  | 'pass'
  /** The same, and refused when it comes twice, since readers differ in which one they take. */
  | 'single'
  /** Shown to the stages, not forwarded. */
  | 'seen'
  /** Neither. */
  | 'drop'
  /** Neither, and counted: it claims an identity. */
  | 'spoof'
  | 'connection'
  | 'override'
  | 'via'
  | 'forwarded-for'
  | 'forwarded-proto'
  | 'forwarded'
  /** What else a proxy before us may say of the client's own request; kept only from a trusted one. */
  | 'forwarded-other';

export interface KnownHeader {
  /** In lower case. */
  readonly name: string;
  readonly rule: HeaderRule;
}

const rules = new Map<string, HeaderRule>([
  ['host', 'single'],
  ['content-type', 'single'],
  ['content-length', 'seen'],
  ['connection', 'connection'],
  ['via', 'via'],
  ['x-forwarded-for', 'forwarded-for'],
  ['x-forwarded-proto', 'forwarded-proto'],
  ['forwarded', 'forwarded'],
  // Hop by hop (RFC 9110 7.6.1), and what only concerns the connection to us.
  ...drop('keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'expect'),
  // `Proxy` becomes the environment variable HTTP_PROXY of a CGI program (CVE-2016-5385).
  ...drop('proxy'),
  // Other ways of proxies to tell the client's address, and of servers to take another path than the one judged.
  ...drop('x-real-ip', 'true-client-ip', 'x-client-ip', 'x-cluster-client-ip', 'cf-connecting-ip'),
  ...drop('x-original-url', 'x-rewrite-url'),
  ['x-http-method-override', 'override'],
  ['x-http-method', 'override'],
  ['x-method-override', 'override'],
]);

function drop(...names: readonly string[]): [string, HeaderRule][] {
  return names.map((name) => [name, 'drop']);
}

/** Headers that we or a service behind us act on; in their spelling with `_` a WSGI server takes them for the same. */
const trustedNames: ReadonlySet<string> = new Set([
  ...[
    'accept',
    'authorization',
    'cache-control',
    'content-disposition',
    'content-encoding',
    'content-language',
  ],
  ...[
    'content-md5',
    'content-range',
    'cookie',
    'date',
    'if-match',
    'if-modified-since',
    'if-none-match',
    'if-range',
  ],
  ...['if-unmodified-since', 'openstack-api-version', 'origin', 'range', 'referer', 'user-agent'],
  ...['x-auth-key', 'x-auth-token', 'x-auth-user', 'x-openstack-nova-api-version', 'x-openstack-request-id'],
  ...['x-compute-request-id', 'x-request-id', 'x-service-token', 'x-storage-token', 'x-storage-user'],
]);

/** Names that a `Connection` header must not have removed on the way: who asks, for what, and how it is framed. */
const protectedNames: ReadonlySet<string> = new Set([
  ...[
    'accept',
    'authorization',
    'content-encoding',
    'content-length',
    'content-range',
    'content-type',
    'cookie',
  ],
  ...['forwarded', 'host', 'openstack-api-version', 'range', 'transfer-encoding', 'via'],
  ...[
    'x-auth-token',
    'x-openstack-nova-api-version',
    'x-openstack-request-id',
    'x-service-token',
    'x-storage-token',
  ],
]);

/** @param name in lower case, as found in a `Connection` header */
export const isProtected = (name: string): boolean => {
  const folded = foldHeaderName(name);
  return protectedNames.has(folded) || identityHeaderNames.has(folded) || folded.startsWith('x-forwarded-');
};

const classify = (name: string): HeaderRule => {
  const folded = foldHeaderName(name);
  if (identityHeaderNames.has(folded)) return 'spoof';
  const rule = rules.get(folded) ?? prefixRule(folded);
  if (folded === name) return rule ?? 'pass';
  if (rule === 'override') return rule;
  return rule !== undefined || trustedNames.has(folded) ? 'seen' : 'pass';
};

const prefixRule = (folded: string): HeaderRule | undefined => {
  if (folded.startsWith('proxy-')) return 'drop';
  return folded.startsWith('x-forwarded-') ? 'forwarded-other' : undefined;
};

/** Names in the spelling they came in. Clients use few, and the bound keeps an attacker from filling it. */
const remembered = new Map<string, KnownHeader>();
const mostRemembered = 512;

/** The rule for a header. @param rawName as it came, in any case */
export const headerRule = (rawName: string): KnownHeader => {
  const found = remembered.get(rawName);
  if (found !== undefined) return found;
  const name = rawName.toLowerCase();
  const known: KnownHeader = { name, rule: classify(name) };
  if (remembered.size < mostRemembered && rawName.length <= 64) remembered.set(rawName, known);
  return known;
};
