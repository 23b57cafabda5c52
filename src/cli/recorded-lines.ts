import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * The decisions of a file, one as JSON text each: a decision file, which has one a line, or what `GET /decisions` of the
 * admin listener answered. A line that is no JSON is handed on as it is.
 *
 * @throws when the file cannot be read
 */
export async function* recordedLines(file: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.startsWith('{"decisions":')) yield line;
    else for (const decision of answered(line)) yield JSON.stringify(decision);
  }
}

const answered = (line: string): readonly unknown[] => {
  try {
    const { decisions } = JSON.parse(line) as { readonly decisions: unknown };
    return Array.isArray(decisions) ? decisions : [];
  } catch {
    return [];
  }
};
