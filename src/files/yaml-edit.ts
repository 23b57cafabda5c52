import type { Path } from './source.ts';
import {
  flowText,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  readDocument,
  type YAMLMap,
} from './yaml-document.ts';

/** One change of a text: the value at `path`, whose last part is a name, becomes another, or goes when it is `undefined`. */
export interface YamlEdit {
  readonly path: Path;
  readonly value: unknown;
}

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The text with each part changed and every other byte of it as it was: comments, quotes, blank lines, order. A name that
 * is new goes in front of the others of its mapping.
 *
 * @param edits of places that are apart from each other, no two in one mapping; a place that is not in the text is left out
 */
export const editYaml = (text: string, edits: readonly YamlEdit[]): string => {
  const root = readDocument(text).contents as ParsedNode | null;
  const splices = edits.flatMap((edit) => spliceFor(text, root, edit) ?? []);
  return splices
    .toSorted((a, b) => b.from - a.from)
    .reduce((whole, { from, to, text: put }) => whole.slice(0, from) + put + whole.slice(to), text);
};

const spliceFor = (text: string, root: ParsedNode | null, { path, value }: YamlEdit): Splice | undefined => {
  const map = nodeAt(root, path.slice(0, -1));
  const name = path.at(-1);
  if (!isMap(map) || typeof name !== 'string') return undefined;
  const { items } = map as YAMLMap.Parsed;
  const index = items.findIndex(({ key }) => isScalar(key) && key.value === name);
  const pair = items[index];
  if (value === undefined)
    return pair === undefined ? undefined : removal(text, map as YAMLMap.Parsed, index);
  if (pair?.value != null) return replacement(text, pair.value, pair.key, value);
  const put = `${flowText(name)}: ${flowText(value)}`;
  const first = items[0]?.key.range?.[0];
  if (first === undefined) return { from: map.range?.[0] ?? 0, to: map.range?.[1] ?? 0, text: `{ ${put} }` };
  const indent = ' '.repeat(first - lineStart(text, first));
  return { from: first, to: first, text: map.flow === true ? `${put}, ` : `${put}${lineEnd(text)}${indent}` };
};

const replacement = (text: string, old: ParsedNode, key: ParsedNode, value: unknown): Splice => {
  const [from, to] = [old.range[0], contentEnd(old)];
  // A block scalar counts the end of its last line as its own.
  const end = text[to - 1] === '\n' ? lineEnd(text) : '';
  if (isScalar(old) || (old as { flow?: boolean }).flow === true)
    return { from, to, text: flowText(value, old) + end };
  if (isSeq(old) && Array.isArray(value) && value.length > 0) {
    const indent = ' '.repeat(from - lineStart(text, from));
    const items = value.map((item, index) => `- ${flowText(item, old.items[index])}`);
    return { from, to, text: items.join(`${lineEnd(text)}${indent}`) + end };
  }
  // A block becomes one line, behind its name.
  const colon = text.indexOf(':', key.range[1]);
  return { from: colon + 1, to, text: ` ${flowText(value)}${end}` };
};

const removal = (text: string, map: YAMLMap.Parsed, index: number): Splice => {
  const pair = map.items[index];
  const from = pair?.key.range[0] ?? 0;
  const to = pair?.value == null ? (pair?.key.range[1] ?? 0) : contentEnd(pair.value);
  if (map.flow !== true) {
    const next = text.indexOf('\n', text[to - 1] === '\n' ? to - 1 : to);
    return { from: lineStart(text, from), to: next < 0 ? text.length : next + 1, text: '' };
  }
  const comma = /^[ \t]*,[ \t]*/.exec(text.slice(to))?.[0].length;
  const before = index === 0 ? undefined : /,\s*$/.exec(text.slice(0, from))?.index;
  if (index === map.items.length - 1 && before !== undefined) return { from: before, to, text: '' };
  return { from, to: to + (comma ?? 0), text: '' };
};

/** Where the last scalar of a block ends: the range of the block itself takes in comments and the end of the line. */
const contentEnd = (node: ParsedNode): number => {
  if (isScalar(node) || (node as { flow?: boolean }).flow === true) return node.range[1];
  const last = isMap(node) || isSeq(node) ? node.items.at(-1) : undefined;
  const inner = last !== undefined && 'key' in last ? (last.value ?? last.key) : last;
  return inner == null ? node.range[1] : contentEnd(inner as ParsedNode);
};

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

const lineEnd = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

const nodeAt = (root: ParsedNode | null, path: Path): ParsedNode | null => {
  let node = root;
  for (const step of path) {
    if (isMap(node)) {
      const found: YAMLMap.Parsed['items'][number] | undefined = (node as YAMLMap.Parsed).items.find(
        ({ key }) => isScalar(key) && key.value === step,
      );
      node = found?.value ?? null;
    } else node = isSeq(node) ? ((node.items[Number(step)] as ParsedNode | undefined) ?? null) : null;
  }
  return node;
};
