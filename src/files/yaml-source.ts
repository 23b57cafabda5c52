import { type Problem, shownName, startOf } from './problem.ts';
import { lineIndex, type Path, type Source } from './source.ts';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  readDocument,
  type YAMLMap,
} from './yaml-document.ts';
import { yamlSentence } from './yaml-sentences.ts';

export interface SourceResult {
  /** `undefined` when the text has no value that could be checked any further. */
  readonly source: Source | undefined;
  readonly problems: readonly Problem[];
}

/** Deeper files are mistakes, and some walks over them are recursive. */
const deepest = 64;

/**
 * Reads one YAML 1.2 core document and keeps the place of every part. Refused, since people read them differently
 * from programs: names given twice, aliases, merge keys, tags outside core, names that are not texts, `%YAML 1.1`.
 */
export const parseYaml = (file: string, text: string): SourceResult => {
  const place = lineIndex(file, text);
  const problems: Problem[] = [];
  const complain = (offset: number, message: string) => problems.push({ place: place(offset), message });
  let document: ReturnType<typeof readDocument>;
  try {
    document = readDocument(text);
  } catch (cause) {
    // A text of a million brackets ends the stack of the parser before it ends its own limits.
    if (!(cause instanceof RangeError)) throw cause;
    return {
      source: undefined,
      problems: [{ place: startOf(file), message: yamlSentence('RESOURCE_EXHAUSTION') }],
    };
  }
  // One slip often makes the parser stumble over all that follows, so only its first error is worth reading.
  const first = [...document.errors, ...document.warnings][0];
  if (first !== undefined) complain(first.pos[0], yamlSentence(first.code));
  else if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2')
    complain(0, 'Only YAML 1.2 is read; remove the %YAML line.');
  if (problems.length > 0) return { source: undefined, problems };
  const root = document.contents as ParsedNode | null;
  if (root === null || (isScalar(root) && root.value === null)) {
    complain(root?.range[0] ?? 0, 'The file is empty.');
    return { source: undefined, problems };
  }
  const value = plain(root, complain, 0);
  return { source: { file, value, place: (path, of) => place(find(root, path, of ?? 'value')) }, problems };
};

type Complain = (offset: number, message: string) => void;

const plain = (node: ParsedNode | null, complain: Complain, depth: number): unknown => {
  if (node === null) return null;
  if (depth > deepest) {
    complain(node.range[0], yamlSentence('RESOURCE_EXHAUSTION'));
    return null;
  }
  if (isAlias(node)) {
    complain(node.range[0], yamlSentence('BAD_ALIAS'));
    return null;
  }
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plain(item as ParsedNode, complain, depth + 1));
  return plainMap(node as YAMLMap.Parsed, complain, depth);
};

const plainMap = (node: YAMLMap.Parsed, complain: Complain, depth: number): Record<string, unknown> => {
  const map: Record<string, unknown> = Object.create(null);
  for (const { key, value } of node.items) {
    const offset = key?.range?.[0] ?? node.range[0];
    const inner = plain(value, complain, depth + 1);
    if (!isScalar(key) || typeof key.value !== 'string') complain(offset, yamlSentence('NON_STRING_KEY'));
    else if (key.value === '<<') complain(offset, 'Merge keys ("<<") are not read; write the values out.');
    else if (key.value === '__proto__') complain(offset, 'The name "__proto__" cannot be used.');
    else if (key.value in map) complain(offset, `${shownName(key.value)} is given twice in this mapping.`);
    else map[key.value] = inner;
  }
  return map;
};

/** The offset of the innermost part on the way along `path` that the file really has. */
const find = (root: ParsedNode, path: Path, of: 'value' | 'key'): number => {
  let node: ParsedNode | null = root;
  let offset = root.range[0];
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair: YAMLMap.Parsed['items'][number] | undefined = (node as YAMLMap.Parsed).items.find(
        ({ key }) => isScalar(key) && key.value === step,
      );
      if (pair === undefined) return offset;
      const last = index === path.length - 1;
      node = pair.value;
      offset = (last && of === 'key') || node === null ? (pair.key.range?.[0] ?? offset) : node.range[0];
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as ParsedNode | undefined;
      if (item === undefined) return offset;
      node = item;
      offset = item.range[0];
    } else return offset;
  }
  return offset;
};
