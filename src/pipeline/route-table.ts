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
    const known: TreeMatch<Entry<T>>[] = [
      ...behind(this.#operations, segments, version, 'exact'),
      ...this.#whole.exact(segments, 0),
      ...behind(this.#prefixed, segments, version, 'exact'),
    ];
    const named = known.find((candidate) => takes(candidate.value, method));
    if (named === undefined && this.#resemblesGuarded(method, segments)) return { kind: 'disguised' };
    const match =
      named ??
      this.#whole.rest(segments, 0).find((candidate) => takes(candidate.value, method)) ??
      behind(this.#prefixed, segments, version, 'rest').find((candidate) => takes(candidate.value, method));
    if (match !== undefined) {
      const { value, operation } = match.value;
      return { kind: 'route', value, operation, params: match.params };
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
}

/** As a careless reader takes a segment: in any case, without blanks, without a suffix for the format. */
const carelessly = (segment: string): string =>
  segment
    .trim()
    .toLowerCase()
    .replace(/\.[a-z0-9]+$/, '');

const takes = (entry: Entry<unknown>, method: string): boolean =>
  entry.methods.length === 0 || entry.methods.includes(method);

/** Matches behind the version, and behind version and project id, which then is the parameter `projectId`. */
const behind = <T>(
  tree: PathTree<T>,
  segments: readonly string[],
  version: number,
  how: 'exact' | 'rest',
): TreeMatch<T>[] => {
  const project = segments[version];
  const found = tree[how](segments, version);
  // With nothing behind it a segment is no project: `/flavors` is not the root of a project of that name, and the
  // route of the root is often open to everybody.
  if (project === undefined || segments.length === version + 1) return found;
  for (const match of tree[how](segments, version + 1)) {
    found.push({
      value: match.value,
      params: Object.assign(Object.create(null), match.params, { projectId: project }),
    });
  }
  return found;
};
