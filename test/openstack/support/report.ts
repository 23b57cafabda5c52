import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '../../../docs/compatibility.md');

/** The parts of docs/compatibility.md, in their order; each is written by the test file of that name. */
export const sections = ['transparent', 'recorded', 'clients'] as const;
export type Section = (typeof sections)[number];

const begin = (section: Section): string => `<!-- written by test/openstack/${section}.test.ts -->`;
const end = (section: Section): string => `<!-- end of ${section} -->`;

const head = `# Compatibility

Every line of this page is written by \`npm run test:openstack\`, which runs the gateway with the shipped policies (limits lifted
where a test counts nothing) in front of a real Keystone, Nova and Glance. Do not edit it.
`;

/** The text of a section as it stands in the page; `undefined` when it was never written. */
export const readSection = (section: Section): string | undefined => {
  try {
    const page = readFileSync(file, 'utf8');
    const from = page.indexOf(begin(section));
    const to = page.indexOf(end(section));
    return from === -1 || to === -1 ? undefined : page.slice(from + begin(section).length, to).trim();
  } catch {
    return undefined;
  }
};

/** Writes one section of the page anew and leaves the others as they are. */
export const writeSection = (section: Section, markdown: string): void => {
  const parts = sections.map((each) => {
    const text = each === section ? markdown.trim() : readSection(each);
    return text === undefined ? '' : `\n${begin(each)}\n\n${text}\n\n${end(each)}\n`;
  });
  writeFileSync(file, head + parts.join(''));
};

/** One row of a table; what would end a cell is escaped. */
export const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;

/** Text as code in a cell, safe with backticks in it. */
export const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);
