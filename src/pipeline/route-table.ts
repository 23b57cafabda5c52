import type { Operation, Params } from '../core/operation.ts';
import type { RouteMatch } from '../core/policy.ts';
import { PathTree, type TreeMatch } from './path-tree.ts';

/** Where a request goes: a route's value, or why it goes nowhere. */
export type Found<T> =
  | {
      readonly kind: 'route';
      readonly value: T;
      readonly operation: Operation | undefined;
      readonly params: Params;
    }
  /** The path is known, but not with this method. */
  | { readonly kind: 'bad-method'; readonly allow: readonly string[] }
  /** Only a broad route would take it, and it resembles a guarded call. */
  | { readonly kind: 'disguised' }
  | { readonly kind: 'unknown' };

interface Entry<T> {
  readonly value: T;
  readonly operation: Operation | undefined;
  /** Empty: every method. */
  readonly methods: readonly string[];
}

/** `v2`, `v2.1`: Nova and Glance take several spellings of their version (Glance `version_negotiation.py`). */
const versionSegment = /^v\d+(?:\.\d+)?$/;

/**
 * Finds the route of a request. Templates that begin with a version are compared with the whole path; all others,
 * and all guarded calls, also behind a version and behind a project id, since the real services take all of these.
 * A guarded call is preferred to any path route, so that no broad route can hide it.
 */
export class RouteTable<T> {
  readonly #operations = new PathTree<Entry<T>>();
  readonly #prefixed = new PathTree<Entry<T>>();
  readonly #whole = new PathTree<Entry<T>>();
  /** Of the guarded calls: no other request can resemble one. */
  readonly #guardedMethods = new Set<string>();

  add(match: RouteMatch, operations: readonly Operation[], value: T): void {
    if (match.kind === 'operations') {
      for (const operation of operations) {
        this.#guardedMethods.add(operation.method);
        this.#operations.add(operation.path, { value, operation, methods: [operation.method] });
      }
      return;
    }
    const first = match.path.split('/')[1] ?? '';
    const tree = versionSegment.test(first) ? this.#whole : this.#prefixed;
    tree.add(match.path, { value, operation: undefined, methods: match.methods });
  }

  /** @param segments decoded segments of the canonical path, without a trailing empty one. */
  find(method: string, segments: readonly string[]): Found<T> {
    const version = versionSegment.test(segments[0] ?? '') ? 1 : 0;
    // Most requests are found in the first place that is looked at, so each place is looked at only when it is reached.
    const known: TreeMatch<Entry<T>>[] = [];
    for (let place = 0; place < places; place += 1) {
      if (place === exactPlaces && this.#resemblesGuarded(method, segments)) return { kind: 'disguised' };
      const matches = this.#at(place, segments, version);
      for (const match of matches) if (takes(match.value, method)) return routeOf(match);
      // A rest takes whatever no other template knows; it does not make a path known.
      if (place < exactPlaces) known.push(...matches);
    }
    if (known.length === 0) return { kind: 'unknown' };
    return {
      kind: 'bad-method',
      allow: [...new Set(known.flatMap((candidate) => candidate.value.methods))].sort(),
    };
  }

  /**
   * Would a more careless reader than Nova 26 find a guarded call here, or one that stands behind a prefix of the
   * server (`/compute/v2.1/...` of DevStack)? Older releases took any suffix for a format (`metadata.xml`).
   */
  #resemblesGuarded(method: string, segments: readonly string[]): boolean {
    if (!this.#guardedMethods.has(method)) return false;
    const read = segments.map(carelessly);
    return read.some((_, from) =>
      this.#operations.exact(read, from).some((candidate) => takes(candidate.value, method)),
    );
  }

  /** The places in their order: what is exact before a rest, guarded calls before all, without a project before with one. */
  #at(place: number, segments: readonly string[], version: number): readonly TreeMatch<Entry<T>>[] {
    switch (place) {
      case 0:
        return this.#operations.exact(segments, version);
      case 1:
        return behindProject(this.#operations, segments, version, 'exact');
      case 2:
        return this.#whole.exact(segments, 0);
      case 3:
        return this.#prefixed.exact(segments, version);
      case 4:
        return behindProject(this.#prefixed, segments, version, 'exact');
      case 5:
        return this.#whole.rest(segments, 0);
      case 6:
        return this.#prefixed.rest(segments, version);
      default:
        return behindProject(this.#prefixed, segments, version, 'rest');
    }
  }
}

/** As a careless reader takes a segment: in any case, without blanks, without a suffix for the format. */
const carelessly = (segment: string): string =>
  segment
    .trim()
    .toLowerCase()
    .replace(/\.[a-z0-9]+$/, '');

const exactPlaces = 5;
const places = 8;

const routeOf = <T>({ value: { value, operation }, params }: TreeMatch<Entry<T>>): Found<T> => ({
  kind: 'route',
  value,
  operation,
  params,
});

const takes = (entry: Entry<unknown>, method: string): boolean =>
  entry.methods.length === 0 || entry.methods.includes(method);

/** Matches behind a project id, which then is the parameter `projectId`. */
const behindProject = <T>(
  tree: PathTree<T>,
  segments: readonly string[],
  version: number,
  how: 'exact' | 'rest',
): readonly TreeMatch<T>[] => {
  const project = segments[version];
  // With nothing behind it a segment is no project: `/flavors` is not the root of a project of that name, and the
  // route of the root is often open to everybody.
  if (project === undefined || segments.length === version + 1) return [];
  return tree[how](segments, version + 1).map(({ value, params }) => ({
    value,
    params: Object.assign(Object.create(null), params, { projectId: project }),
  }));
};
