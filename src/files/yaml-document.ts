import { isScalar, parseDocument, Scalar, stringify } from 'yaml';

export type { ParsedNode, YAMLMap } from 'yaml';
export { isAlias, isMap, isScalar, isSeq } from 'yaml';

/**
 * Parses one YAML 1.2 core document and knows no tags outside it. @throws RangeError for a text that is nested so deeply
 * that the stack of the parser, which is recursive, comes to its end
 */
export const readDocument = (text: string): ReturnType<typeof parseDocument> =>
  parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });

/**
 * A value as YAML on one line that can stand anywhere, also between brackets.
 *
 * @param like the part that it takes the place of: a text that was quoted stays so, in the same quotes
 */
export const flowText = (value: unknown, like?: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => flowText(item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([name, part]) => `${flowText(name)}: ${flowText(part)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  // The library would break a long text with line ends into several lines; JSON's form is one of YAML's.
  if (typeof value === 'string' && /[\r\n\u0085\u2028\u2029]/.test(value)) return JSON.stringify(value);
  const scalar = new Scalar(value);
  const quotes = isScalar(like) ? like.type : undefined;
  if (quotes === 'QUOTE_DOUBLE' || quotes === 'QUOTE_SINGLE') scalar.type = quotes;
  // As a member of a flow mapping, so that what would end a plain text there is quoted.
  const member = stringify({ k: scalar }, { collectionStyle: 'flow', lineWidth: 0 });
  return member.slice('{ k: '.length, -' }\n'.length);
};
