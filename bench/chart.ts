/** The cost of all rows as a picture. */
import type { Cost } from './cost.ts';

const width = 860;
const barHeight = 26;
const labelWidth = 330;

const escaped = (text: string): string => text.replace(/[<>&]/g, (found) => `&#${found.charCodeAt(0)};`);

/** One bar for each line, as long as its CPU time, with a whisker for the middle half. */
export const chart = (lines: readonly Cost[]): string => {
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
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12"><title>CPU microseconds of the proxy process a request</title><rect width="100%" height="100%" fill="#fff"/><text x="8" y="22" font-size="14">CPU microseconds of the proxy process a request</text>${bars.join('')}</svg>\n`;
};
