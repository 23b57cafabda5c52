/** The table of a run as Markdown, and its chart as SVG. */
import { cpus, release, totalmem } from 'node:os';
import type { Spread } from './statistics.ts';

export interface Line {
  readonly id: string;
  readonly name: string;
  readonly does: string;
  /** CPU microseconds of the proxy process a request. */
  readonly cpu: Spread;
  /** Of `cpu` to that of the first line, round by round. */
  readonly ratio: Spread;
  readonly perSecond: number;
  readonly p99: number;
  /** MiB. */
  readonly memory: number;
  /** What is wrong with the line, if anything. */
  readonly flaw: string | undefined;
}

const range = ({ median, low, high }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;

export const markdown = (lines: readonly Line[], rounds: number): string => {
  const rows = lines.map(({ name, does, cpu, ratio, perSecond, p99, memory, flaw }) =>
    flaw === undefined
      ? `| ${name} | ${does} | ${range(cpu, 0)} | ${range(ratio, 2)} | ${perSecond.toFixed(0)} | ${p99} | ${memory.toFixed(0)} |`
      : `| ${name} | ${does} | ${flaw} | | | | |`,
  );
  return [
    `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node.js ${process.version}; ${rounds} rounds, median and middle half.`,
    '',
    '| Proxy | Does | CPU µs/request | to bare undici | requests/s | p99 ms | MiB |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
};

const width = 860;
const barHeight = 26;
const labelWidth = 330;

const escaped = (text: string): string => text.replace(/[<>&]/g, (found) => `&#${found.charCodeAt(0)};`);

/** One bar for each line, as long as its CPU time, with a whisker for the middle half. */
export const chart = (lines: readonly Line[]): string => {
  const shown = lines.filter(({ flaw }) => flaw === undefined);
  const longest = Math.max(...shown.map(({ cpu }) => cpu.high));
  const x = (micros: number): number => labelWidth + (micros / longest) * (width - labelWidth - 60);
  const bars = shown.map(({ name, does, cpu }, index) => {
    const y = 40 + index * barHeight;
    const middle = y + 9;
    return [
      `<text x="${labelWidth - 8}" y="${middle + 4}" text-anchor="end">${escaped(`${name}: ${does}`)}</text>`,
      `<rect x="${labelWidth}" y="${y}" width="${(x(cpu.median) - labelWidth).toFixed(1)}" height="18" fill="${name === 'images-gateway' ? '#2a6f97' : '#a9b4bd'}"/>`,
      `<line x1="${x(cpu.low).toFixed(1)}" x2="${x(cpu.high).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="#222"/>`,
      `<text x="${(x(cpu.high) + 6).toFixed(1)}" y="${middle + 4}">${cpu.median.toFixed(0)}</text>`,
    ].join('');
  });
  const height = 50 + shown.length * barHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/><text x="8" y="22" font-size="14">CPU microseconds of the proxy process a request</text>${bars.join('')}</svg>\n`;
};
