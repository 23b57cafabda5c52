import { isObject, type Json } from '../core/json.ts';
import type { Policy, SourcePlace } from '../core/policy.ts';
import { policyModel } from './model.ts';

/** One thing that two policies say differently. */
export interface PolicyDifference {
  /** `route image-list`, `limit all-calls`, `schema schemas/metadata.json`, `default`. */
  readonly part: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Where inside the part, e.g. `stages.rate-limit.mode`; empty for the part as a whole. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly placeBefore: string | undefined;
  readonly placeAfter: string | undefined;
}

const placeOf = (at: SourcePlace | undefined): string | undefined => at && `${at.file}:${at.line}`;

/** What the second policy says otherwise, sorted by part; empty when both say the same. */
export const diffPolicies = (before: Policy, after: Policy): readonly PolicyDifference[] => {
  const [old, now] = [policyModel(before), policyModel(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((part): PolicyDifference[] => {
    const [a, b] = [old.get(part), now.get(part)];
    const places = { placeBefore: placeOf(a?.at), placeAfter: placeOf(b?.at) };
    const whole = { part, path: '', before: a?.value, after: b?.value, ...places };
    if (a === undefined) return [{ ...whole, kind: 'added' }];
    if (b === undefined) return [{ ...whole, kind: 'removed' }];
    return changes(a.value, b.value, []).map((change) => ({ part, ...change, ...places }));
  });
};

type Change = Pick<PolicyDifference, 'kind' | 'path' | 'before' | 'after'>;

const changes = (a: Json | undefined, b: Json | undefined, path: readonly string[]): Change[] => {
  if (same(a, b)) return [];
  const at = { path: path.join('.'), before: a, after: b };
  if (a === undefined) return [{ ...at, kind: 'added' }];
  if (b === undefined) return [{ ...at, kind: 'removed' }];
  if (isObject(a) && isObject(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return names.flatMap((name) => changes(own(a, name), own(b, name), [...path, name]));
  }
  const [listA, listB] = [stageNames(a), stageNames(b)];
  if (listA !== undefined && listB !== undefined) return stageChanges(a, b, listA, listB, path);
  return [{ ...at, kind: 'changed' }];
};

/** The names of a list of stages, when each stands in it once; any other list is compared as a whole. */
const stageNames = (value: Json): readonly string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const names = value.map((entry: Json) =>
    isObject(entry) && typeof entry['use'] === 'string' ? entry['use'] : '',
  );
  return new Set(names).size === names.length && !names.includes('') ? names : undefined;
};

const stageChanges = (
  a: Json,
  b: Json,
  namesA: readonly string[],
  namesB: readonly string[],
  path: readonly string[],
): Change[] => {
  const of = (list: Json, names: readonly string[], name: string): Json | undefined =>
    (list as readonly Json[])[names.indexOf(name)];
  const all = [...new Set([...namesA, ...namesB])];
  const found = all.flatMap((name) => changes(of(a, namesA, name), of(b, namesB, name), [...path, name]));
  const [keptA, keptB] = [
    namesA.filter((name) => namesB.includes(name)),
    namesB.filter((name) => namesA.includes(name)),
  ];
  if (same(keptA, keptB)) return found;
  return [...found, { kind: 'changed', path: [...path, 'order'].join('.'), before: namesA, after: namesB }];
};

const own = (object: Record<string, unknown>, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? (object[name] as Json) : undefined;

const same = (a: Json | undefined, b: Json | undefined): boolean => canonical(a) === canonical(b);

/** The same text whatever the order of names. */
const canonical = (value: Json | undefined): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1))) : part,
  ) ?? '';

const signs = { added: '+', removed: '-', changed: '~' } as const;

/** For people: one line a difference, under the part that it is in. */
export const diffText = (differences: readonly PolicyDifference[]): string => {
  const lines: string[] = [];
  let part = '';
  for (const one of differences) {
    if (one.part !== part) {
      part = one.part;
      const places = [one.placeBefore, one.placeAfter].filter((place) => place !== undefined);
      lines.push(
        `${one.path === '' ? signs[one.kind] : signs.changed} ${part}${places.length > 0 ? ` (${places.join(' -> ')})` : ''}`,
      );
    }
    if (one.path === '') continue;
    const value =
      one.kind === 'changed'
        ? `${shown(one.before)} -> ${shown(one.after)}`
        : shown(one.kind === 'added' ? one.after : one.before);
    lines.push(`    ${signs[one.kind]} ${one.path}: ${value}`);
  }
  return lines.map((line) => `${line}\n`).join('');
};

const shown = (value: Json | undefined): string => JSON.stringify(value) ?? 'nothing';
