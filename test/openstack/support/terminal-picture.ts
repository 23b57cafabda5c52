import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../docs/terminal');
const columns = 100;
const [cell, line, margin] = [8.4, 19, 16] as const;

/** Long lines go on in the next one, as a terminal shows them. */
const wrapped = (text: string): readonly string[] =>
  text.split('\n').flatMap((whole) => whole.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * A picture of a terminal after a command, as SVG without any outside asset.
 *
 * @param command what was typed
 * @param text what the program wrote
 */
export const terminalPicture = (command: string, text: string): string => {
  const typed = wrapped(`$ ${command}`);
  const lines = [...typed, ...wrapped(text)];
  const width = Math.round(columns * cell + 2 * margin);
  const height = lines.length * line + 2 * margin + 22;
  const rows = lines.map((row, at) => {
    const y = margin + 22 + (at + 0.8) * line;
    const colour = at < typed.length ? '#9ece6a' : '#e6e6e6';
    return `<text x="${margin}" y="${y.toFixed(1)}" fill="${colour}" xml:space="preserve">${escaped(row)}</text>`;
  });
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, at) => `<circle cx="${margin + 6 + at * 18}" cy="${margin}" r="5.5" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(command)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#16161e"/>`,
    ...dots,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
};

/** Takes away all pictures, so that none is left of a refusal that is shown no more. */
export const clearTerminalPictures = (): void => rmSync(folder, { recursive: true, force: true });

/** Writes the picture beside the documents. @returns its path as docs/compatibility.md names it */
export const writeTerminalPicture = (name: string, command: string, text: string): string => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.svg`), terminalPicture(command, text));
  return `terminal/${name}.svg`;
};
