import { pageOf } from '../image/store.ts';
import { origin } from '../wsgi.ts';
import type { NovaAnswer, NovaCall } from './call.ts';
import { fault, queryValue } from './call.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** The `<collection>_links` member, or nothing. */
  readonly links: Readonly<Record<string, unknown>>;
}

const compare = (one: string, other: string): number => Number(one > other) - Number(one < other);

/**
 * The next link as Nova writes it (nova/api/openstack/common.py `_get_next_link`): the query goes through a sorted
 * dictionary, so of a parameter that was given several times **only the greatest value is left**. A client that
 * follows the link of `status=RESIZE&status=REVERT_RESIZE` asks for REVERT_RESIZE alone from the second page on.
 */
const nextHref = (call: NovaCall, collection: string, marker: string): string => {
  const kept = new Map([...call.query.entries()].sort(([a, x], [b, y]) => compare(a, b) || compare(x, y)));
  kept.set('marker', marker);
  return `${origin(call.request)}${call.prefix}/${collection}?${new URLSearchParams([...kept])}`;
};

/**
 * One page of a list by `limit` and `marker`. As with Nova there is a next link whenever the page is full, also when
 * nothing follows.
 */
export const paged = <T extends { readonly id: string }>(
  call: NovaCall,
  all: readonly T[],
  collection: string,
): Page<T> | NovaAnswer => {
  const asked = queryValue(call, 'limit');
  if (asked !== undefined && !/^[0-9]*$/.test(asked)) {
    return fault(
      400,
      `Invalid input for query parameters limit. Value: ${asked}. '${asked}' does not match '^[0-9]*$'`,
    );
  }
  const limit = Math.min(asked ? Number(asked) : call.world.pageSize, call.world.pageSize);
  const marker = queryValue(call, 'marker');
  const items = pageOf(all, marker, limit);
  if (!items) return fault(400, `marker [${marker}] not found`);
  const last = items.at(-1);
  const full = last !== undefined && items.length === limit;
  const name = `${collection.split('/')[0]}_links`;
  return {
    items,
    links: full ? { [name]: [{ rel: 'next', href: nextHref(call, collection, last.id) }] } : {},
  };
};

export const isAnswer = <T>(value: Page<T> | NovaAnswer): value is NovaAnswer => 'status' in value;
