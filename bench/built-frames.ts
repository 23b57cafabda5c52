import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Frame } from './profile-groups.ts';

/** A frame as V8 tells it, numbers from 0 on. */
export interface BuiltFrame extends Frame {
  readonly columnNumber: number;
}

/** Says of frames in what was built where they stand in the sources. Each source map is read once. */
export const sourceFrames = (): ((frame: BuiltFrame) => Frame) => {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (url: string): SourceMap | undefined => {
    if (!maps.has(url)) {
      const file = url.startsWith('file:') ? `${fileURLToPath(url)}.map` : '';
      maps.set(url, existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined);
    }
    return maps.get(url);
  };
  return (frame) => {
    const entry = mapOf(frame.url)?.findEntry(frame.lineNumber, frame.columnNumber);
    return entry === undefined || !('originalSource' in entry)
      ? frame
      : { ...frame, url: entry.originalSource, lineNumber: entry.originalLine };
  };
};
