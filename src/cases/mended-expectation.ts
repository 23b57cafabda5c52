import type { Judgement } from '../pipeline/rehearse.ts';
import type { Difference } from './compare.ts';
import type { Expect } from './expect-schema.ts';

/** One part of `expect` that becomes another, or goes when `value` is `undefined`. */
export interface ExpectationChange {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly value: unknown;
}

/**
 * What has to change in an expectation so that it says what came out. Parts that hold stay as they are written, and what
 * is not compared is not added; only `verdict` is, where another part goes: else a case would be left that expects nothing.
 *
 * @returns what is new first, what goes last
 */
export const mendedExpectation = (
  expect: Expect,
  found: readonly Difference[],
  judged: Judgement,
): readonly ExpectationChange[] => {
  const changes = new Map<string, ExpectationChange>();
  const change = (path: readonly string[], value: unknown): void => {
    changes.set(path.join(' '), { path, before: at(expect, path), value });
    // An emptied mapping would say nothing, and goes with the last that goes of it.
    const parent = path.slice(0, -1);
    if (value !== undefined || parent.length === 0) return;
    const keys = Object.keys(at(expect, parent) ?? {}).map((name) => [...parent, name].join(' '));
    if (!keys.every((key) => changes.has(key) && changes.get(key)?.value === undefined)) return;
    for (const key of keys) changes.delete(key);
    change(parent, undefined);
  };
  const without = found.filter(({ path }) => path[1] === 'without').map(({ path }) => path[2]);
  for (const { path, came } of found) {
    const [first, second] = path;
    if (first === 'fault') change(path, faultLike(expect.fault, judged));
    else if (first === 'message') change(path, judged.fault?.message);
    else if (first === 'change' && judged.change === undefined) change(['change'], undefined);
    else if (first === 'change') change(path, came);
    else if (first === 'forward' && second === 'without') {
      const left = (expect.forward?.without ?? []).filter((name) => !without.includes(name));
      change(['forward', 'without'], left.length === 0 ? undefined : left);
    } else change(path, came);
  }
  const list = [...changes.values()];
  if (expect.verdict === undefined && list.some(({ value }) => value === undefined))
    list.push({ path: ['verdict'], before: undefined, value: judged.outcome });
  return list.toSorted((a, b) => rank(a) - rank(b));
};

const rank = ({ before, value }: ExpectationChange): number =>
  before === undefined ? 0 : value === undefined ? 2 : 1;

/** With its stage in front only where the case wrote it so. */
const faultLike = (written: string | undefined, { fault }: Judgement): string | undefined =>
  written?.includes('/') === true ? fault?.code : fault?.code.split('/')[1];

const at = (value: object, path: readonly string[]): object | undefined =>
  path.reduce<object | undefined>(
    (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
    value,
  );
