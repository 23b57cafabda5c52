import { createReadStream } from 'node:fs';

/** A line of a decision file; `undefined`: it is too long to be one, and its text was not kept. */
export type RecordedLine = string | undefined;

/** Characters of a line: an answer of `GET /decisions` is one line, and far from as long. */
const longest = 64 * 1024 * 1024;

/**
 * The lines of a decision file in their order, a chunk of the file at a time, in bounded memory whatever the file is. An
 * answer of `GET /decisions` of the admin listener is taken for the decisions in it.
 *
 * @param seen is told of the bytes that were read
 * @throws when the file cannot be read
 */
export async function* recordedLines(
  file: string,
  seen: (bytes: number) => void = () => undefined,
): AsyncGenerator<readonly RecordedLine[]> {
  let pieces: string[] = [];
  let length = 0;
  const keep = (piece: string): void => {
    length += piece.length;
    if (length <= longest) pieces.push(piece);
    else pieces = [];
  };
  const taken = (): RecordedLine => {
    const line = length <= longest ? pieces.join('') : undefined;
    pieces = [];
    length = 0;
    return line;
  };
  // Small enough for the decisions of a chunk to be gone before the collector of garbage takes them for lasting.
  for await (const chunk of createReadStream(file, { highWaterMark: 128 * 1024, encoding: 'utf8' })) {
    seen(Buffer.byteLength(chunk));
    const lines: RecordedLine[] = chunk.split('\n');
    keep(lines[0] ?? '');
    if (lines.length === 1) continue;
    const rest = lines.pop() ?? '';
    lines[0] = taken();
    keep(rest);
    yield lines.flatMap(answered);
  }
  if (length > 0) yield answered(taken());
}

const answered = (line: RecordedLine): readonly RecordedLine[] => {
  if (line === undefined || !line.startsWith('{"decisions":')) return [line];
  try {
    const { decisions } = JSON.parse(line) as { readonly decisions: unknown };
    return Array.isArray(decisions) ? decisions.map((decision) => JSON.stringify(decision)) : [line];
  } catch {
    return [line];
  }
};
