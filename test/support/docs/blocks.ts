/** Parts of the docs that are made from the code: between two comments, written by `npm run docs`, held by a test. */

/** Makes the text of a block; it is given what stands there now, to keep what people wrote. */
export type Block = (present: string) => string;

const pattern = /(<!-- generated: ([^>]+?) -->\n)([\s\S]*?)(<!-- end -->)/g;

/** The text with every generated block made anew. Throws for a block that nobody makes. */
export const withBlocks = (text: string, blocks: Readonly<Record<string, Block>>): string =>
  text.replace(pattern, (_all, open: string, name: string, present: string, close: string) => {
    const make = blocks[name];
    if (make === undefined) throw new Error(`Nobody makes the block "${name}".`);
    return `${open}\n${make(present).trim()}\n\n${close}`;
  });

/** Names of the blocks in a text, in their order. */
export const blockNames = (text: string): readonly string[] =>
  [...text.matchAll(pattern)].map(([, , name = '']) => name);

/** A Markdown table. What stands in a cell stays on one line and in its column. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

const cell = (text: string): string => text.replaceAll('\n', ' ').replaceAll(/(?<!\\)\|/g, '\\|');

/** The rows of the tables in a text, without their heads. */
export const tableRows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (---|Code|Metric) /.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .split(/(?<!\\) \| /)
        .map((text) => text.trim()),
    );
