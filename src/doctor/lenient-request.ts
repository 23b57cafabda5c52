/** A request as a careless server understands it. Bytes are characters from 0 to 255. */
export interface SeenRequest {
  readonly line: string;
  /** All header lines. */
  readonly head: string;
  readonly body: string;
}

/**
 * Takes the first request off what came on a connection, the way the most careless servers do: lines end at a bare LF,
 * folded headers are joined, the last of several lengths counts, chunks are known by the word anywhere in the header.
 * @param prefer which framing counts when there are two
 * @returns `undefined` while it is not complete
 */
export const takeRequest = (
  text: string,
  prefer: 'length' | 'chunks',
): { readonly request: SeenRequest; readonly rest: string } | undefined => {
  const start = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  const end = /\r?\n\r?\n/.exec(text.slice(start));
  if (end === null) return undefined;
  const section = text.slice(start, start + end.index).replace(/\r?\n[ \t]+/g, ' ');
  const [line = '', ...headers] = section.split(/\r?\n/);
  const rest = text.slice(start + end.index + end[0].length);
  const valuesOf = (name: string) =>
    headers
      .filter((header) => header.split(':')[0]?.trim().toLowerCase().replaceAll('_', '-') === name)
      .map((header) => header.slice(header.indexOf(':') + 1).trim());
  const length = Number.parseInt(valuesOf('content-length').at(-1) ?? '', 10);
  const chunked = valuesOf('transfer-encoding').some((value) => /chunked/i.test(value));
  const body =
    chunked && (prefer === 'chunks' || Number.isNaN(length))
      ? takeChunks(rest)
      : takeBytes(rest, Number.isNaN(length) ? 0 : length);
  if (body === undefined) return undefined;
  return { request: { line, head: headers.join('\n'), body: body.body }, rest: body.rest };
};

const takeBytes = (text: string, length: number) =>
  text.length < length ? undefined : { body: text.slice(0, length), rest: text.slice(length) };

const takeChunks = (text: string) => {
  let body = '';
  let rest = text;
  for (;;) {
    const line = /^([0-9a-f]+)[^\n]*\n/i.exec(rest);
    if (line === null) return undefined;
    const size = Number.parseInt(line[1] ?? '', 16);
    const from = line[0].length;
    if (size === 0) {
      const end = /^(?:[^\n]+\n)*\r?\n/.exec(rest.slice(from));
      return end === null ? undefined : { body, rest: rest.slice(from + end[0].length) };
    }
    if (rest.length < from + size + 2) return undefined;
    body += rest.slice(from, from + size);
    rest = rest.slice(from + size).replace(/^\r?\n/, '');
  }
};
