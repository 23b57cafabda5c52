import { isIP } from 'node:net';

/** One hop, as the proxy behind it told: the node that the request came from, and the scheme it came by. */
export interface ForwardedHop {
  /** An address without port or brackets; `undefined`: hidden, unknown or not told. */
  readonly from: string | undefined;
  readonly proto: 'http' | 'https' | undefined;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
/** A pair, an element's or a pair's end, each with the blanks that lists may have around them (RFC 9110 5.6.1). */
const piece = new RegExp(`[ \\t]*(?:(${token})=(${token}|${quoted}))?[ \\t]*(,|;|$)`, 'y');

/**
 * Reads `Forwarded` (RFC 7239 4), all lines joined by commas, from left to right: the last hop is what our peer saw.
 * @returns `undefined` when it is not what the grammar allows; nothing of such a header counts
 */
export const parseForwarded = (text: string): readonly ForwardedHop[] | undefined => {
  const hops: ForwardedHop[] = [];
  let pairs = new Map<string, string>();
  piece.lastIndex = 0;
  for (;;) {
    const match = piece.exec(text);
    if (match === null) return undefined;
    const [, rawName, rawValue, end] = match;
    if (rawName !== undefined && rawValue !== undefined) {
      const name = rawName.toLowerCase();
      // Each parameter stands at most once in an element.
      if (pairs.has(name)) return undefined;
      pairs.set(name, unquoted(rawValue));
    }
    if (end !== ';') {
      if (pairs.size > 0) hops.push(hopOf(pairs));
      pairs = new Map();
    }
    if (end === '') return hops;
  }
};

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;

const hopOf = (pairs: ReadonlyMap<string, string>): ForwardedHop => {
  const proto = pairs.get('proto')?.toLowerCase();
  return {
    from: nodeAddress(pairs.get('for') ?? ''),
    proto: proto === 'http' || proto === 'https' ? proto : undefined,
  };
};

/** An address of a node with its port taken off; IPv6 stands in brackets (RFC 7239 6). */
const nodeAddress = (node: string): string | undefined => {
  const [, six, four] = /^(?:\[([^\]]*)\]|([^:]*))(?::(?:\d{1,5}|_[\w.-]+))?$/.exec(node) ?? [];
  if (six !== undefined) return isIP(six) === 6 ? six : undefined;
  return four !== undefined && isIP(four) === 4 ? four : undefined;
};

/** What we append: where the request came from, as we saw it. @param address plain, of the socket */
export const ownHop = (address: string, encrypted: boolean): string =>
  `for=${isIP(address) === 6 ? `"[${address}]"` : address};proto=${encrypted ? 'https' : 'http'}`;
