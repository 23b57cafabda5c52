/** Markdown files of the project, taken apart as far as tests need. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './source-files.ts';

export interface MarkdownFile {
  /** Seen from the project's root. */
  readonly path: string;
  readonly text: string;
}

/** Every Markdown file at the root and below `docs`, sorted by path. */
export const markdownFiles = (): readonly MarkdownFile[] => {
  const top = readdirSync(root).map((name) => join(root, name));
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(root, 'docs', name),
  );
  return [...top, ...docs]
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, 'utf8') }));
};

export const markdownFile = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A fenced block: its language, its text, and the line on which it begins. */
export interface Fence {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

export const fences = (text: string): readonly Fence[] =>
  [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map((found) => ({
    language: found[2] ?? '',
    // A block inside a list is indented, which is no part of it.
    text: (found[3] ?? '').replaceAll(new RegExp(`^${found[1]}`, 'gm'), ''),
    line: text.slice(0, found.index).split('\n').length + 1,
  }));

/** The text without its fenced blocks. */
export const prose = (text: string): string => text.replaceAll(/^( *)```\w*\n[\s\S]*?^\1```$/gm, '');

/** Where a heading can be linked to, as forges make it of the heading's words. */
export const anchors = (text: string): ReadonlySet<string> =>
  new Set(
    [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

/** Targets of the links in a text, fenced blocks left out. */
export const links = (text: string): readonly string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

/** Files that a document has its reader write: blocks behind `<!-- file: PATH -->`. */
export const printedFiles = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/^<!-- file: (\S+) -->\n```\w*\n([\s\S]*?)^```$/gm)].map(
      ([, path = '', content = '']) => [path, content],
    ),
  );
