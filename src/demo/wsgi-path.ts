/** A request target after uwsgi: the decoded path, and the query as it was sent. */
export interface WsgiTarget {
  readonly path: string;
  readonly query: string;
}

/** Dot segments are resolved before anything is decoded: `..` counts, `%2e%2e` does not. */
const withoutDotSegments = (path: string): string => {
  const out: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') out.pop();
    else if (segment !== '.') out.push(segment);
    if (last && (segment === '.' || segment === '..')) out.push('');
  }
  return `/${out.join('/')}`;
};

const hexPair = /^[0-9a-fA-F]{2}$/;

const percentDecoded = (path: string): Buffer => {
  const bytes = Buffer.from(path, 'latin1');
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte !== 0x25) {
      out.push(byte);
      continue;
    }
    const pair = path.slice(at + 1, at + 3);
    if (hexPair.test(pair)) {
      out.push(Number.parseInt(pair, 16));
      at += 2;
    } else if (at + 2 < bytes.length) out.push(byte);
    // A percent sign with fewer than two characters behind it is dropped.
  }
  return Buffer.from(out);
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a request target as uwsgi in front of OpenStack's services does, laxities included: absolute-form targets of
 * any host, dot segments resolved, everything decoded (so `%2f` separates), doubled slashes taken as one.
 * `undefined`: the real thing closes the connection (bad UTF-8, a target that is no path).
 */
export const readTarget = (target: string): WsgiTarget | undefined => {
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const [beforeFragment = ''] = local.split('#', 1);
  const question = beforeFragment.indexOf('?');
  const raw = question < 0 ? beforeFragment : beforeFragment.slice(0, question);
  const query = question < 0 ? '' : beforeFragment.slice(question + 1);
  if (!raw.startsWith('/')) return raw === '' && local !== target ? { path: '/', query } : undefined;
  try {
    const decoded = utf8.decode(percentDecoded(withoutDotSegments(raw)));
    return { path: decoded.replace(/\/{2,}/g, '/'), query };
  } catch {
    return undefined;
  }
};

/**
 * The method by which Routes looks for the action (routes/middleware.py, on by default in Nova and Glance): `_method`
 * of the query wins over the request line when the query has these seven letters as they are. The last one counts, an
 * empty one is ignored.
 */
export const routedMethod = (method: string, query: string): string => {
  if (!query.includes('_method')) return method;
  const asked = new URLSearchParams(query).getAll('_method').at(-1);
  return asked === undefined || asked === '' ? method : asked.toUpperCase();
};

/**
 * Path parameters when the path matches the pattern, else `undefined`. As with Python's `$`, one newline at the very
 * end does not count. Pattern segments that begin with a colon stand for one segment.
 */
export const matchPath = (
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined => {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, part] of pattern.entries()) {
    const value = segments[index] as string;
    if (part.startsWith(':')) {
      if (value === '') return undefined;
      params[part.slice(1)] = value;
    } else if (part !== value) return undefined;
  }
  return params;
};

/** The segments of a decoded path, one trailing newline left out. */
export const pathSegments = (path: string): string[] => path.replace(/\n$/, '').split('/').slice(1);
