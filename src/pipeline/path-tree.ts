/** What a template leads to, with the values of its parts. */
export interface TreeMatch<T> {
  readonly value: T;
  readonly params: Readonly<Record<string, string>>;
}

interface Entry<T> {
  readonly value: T;
  readonly names: readonly string[];
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  param: Node<T> | undefined;
  readonly ends: Entry<T>[];
  /** Templates that end in `**` here. */
  readonly rests: Entry<T>[];
}

const emptyNode = <T>(): Node<T> => ({ literals: new Map(), param: undefined, ends: [], rests: [] });

/** The one part whose text may end in `.json` and mean it: Nova takes `a.json` as a key (recorded from Nova 26). */
const keyName = 'key';

/**
 * Path templates as a tree: the cost of a match grows with the length of the path, not with the number of routes.
 * `:name` is one segment, a last `**` any rest. A literal is preferred to a name, a name to a rest.
 */
export class PathTree<T> {
  readonly #root: Node<T> = emptyNode();

  add(template: string, value: T): void {
    let node = this.#root;
    const names: string[] = [];
    const parts = template.split('/').filter((part) => part !== '');
    for (const [index, part] of parts.entries()) {
      if (part === '**' && index === parts.length - 1) {
        node.rests.push({ value, names });
        return;
      }
      node = this.#step(node, part, names);
    }
    node.ends.push({ value, names });
  }

  #step(node: Node<T>, part: string, names: string[]): Node<T> {
    if (part.startsWith(':')) {
      names.push(part.slice(1));
      node.param ??= emptyNode();
      return node.param;
    }
    let next = node.literals.get(part);
    if (next === undefined) {
      next = emptyNode();
      node.literals.set(part, next);
    }
    return next;
  }

  /** All templates that end exactly here, the most particular first. A `.json` suffix is the same call. */
  exact(segments: readonly string[], from: number): TreeMatch<T>[] {
    const found: TreeMatch<T>[] = [];
    this.#walk(this.#root, segments, from, [], found, false);
    return found;
  }

  /** Templates that end in `**` above this path, the longest first. */
  rest(segments: readonly string[], from: number): TreeMatch<T>[] {
    const found: TreeMatch<T>[] = [];
    this.#walk(this.#root, segments, from, [], found, true);
    return found;
  }

  #walk(
    node: Node<T>,
    segments: readonly string[],
    at: number,
    /** Of the names on the way here; a value goes again when its branch was walked. */
    values: string[],
    found: TreeMatch<T>[],
    rest: boolean,
  ): void {
    const segment = segments[at];
    if (segment === undefined) {
      if (!rest)
        for (const entry of node.ends) found.push({ value: entry.value, params: paramsOf(entry, values) });
    } else {
      const last = at === segments.length - 1;
      const literal =
        node.literals.get(segment) ?? (last ? node.literals.get(withoutSuffix(segment)) : undefined);
      if (literal !== undefined) this.#walk(literal, segments, at + 1, values, found, rest);
      if (node.param !== undefined) {
        values.push(segment);
        this.#walk(node.param, segments, at + 1, values, found, rest);
        values.pop();
      }
    }
    if (rest)
      for (const entry of node.rests) found.push({ value: entry.value, params: paramsOf(entry, values) });
  }
}

const withoutSuffix = (segment: string): string =>
  segment.endsWith('.json') ? segment.slice(0, -5) : segment;

const paramsOf = (entry: Entry<unknown>, values: readonly string[]): Readonly<Record<string, string>> => {
  const params: Record<string, string> = Object.create(null);
  for (let index = 0; index < entry.names.length; index += 1) {
    const name = entry.names[index] as string;
    const value = values[index] ?? '';
    params[name] = name !== keyName && index === values.length - 1 ? withoutSuffix(value) : value;
  }
  return params;
};
