import { isObject } from '../core/json.ts';
import { nearest } from '../core/nearest.ts';
import { type Keywords, literals, needed } from './keywords.ts';
import { shownName } from './problem.ts';
import { inside, kindOf, literalSentence, nameOf, typesOf } from './shape-sentences.ts';
import type { Path } from './source.ts';

/** Which branch of a union a value belongs to, or why that cannot be told. */
export type Choice =
  | { readonly kind: 'branch'; readonly branch: Keywords; readonly about: string }
  | { readonly kind: 'wrong'; readonly path: Path; readonly of: 'value' | 'key'; readonly message: string }
  /** Only trying can tell. */
  | { readonly kind: 'unclear' };

/**
 * Chooses the branch that the writer meant, so that messages speak of that one and not of all. Unions of mappings are
 * told apart by a property with fixed values (`kind: static`), else by the property that only one of them needs.
 */
export const chooseBranch = (branches: readonly Keywords[], value: unknown, path: Path): Choice => {
  if (!branches.every((branch) => branch.properties !== undefined)) return { kind: 'unclear' };
  if (!isObject(value)) return wrong(path, `${nameOf(path)} must be a mapping, not ${kindOf(value)}.`);
  const tag = tagOf(branches);
  return tag === undefined ? byNeeds(branches, value, path) : byTag(branches, tag, value, path);
};

const wrong = (path: Path, message: string, of: 'value' | 'key' = 'value'): Choice => ({
  kind: 'wrong',
  path,
  of,
  message,
});

/** The property that has fixed values in every branch. */
const tagOf = (branches: readonly Keywords[]): string | undefined =>
  Object.keys(branches[0]?.properties ?? {}).find((name) =>
    branches.every((branch) => {
      const property = branch.properties?.[name];
      return property !== undefined && branch.required?.includes(name) && literals(property) !== undefined;
    }),
  );

const byTag = (
  branches: readonly Keywords[],
  tag: string,
  value: Record<string, unknown>,
  path: Path,
): Choice => {
  const valuesOf = (branch: Keywords): readonly unknown[] => literals(branch.properties?.[tag] ?? {}) ?? [];
  const all = branches.flatMap(valuesOf);
  const given = value[tag];
  if (given === undefined)
    return wrong(path, `"${tag}" is missing${inside(path)}; it must be one of ${all.join(', ')}.`);
  const branch = branches.find((candidate) => valuesOf(candidate).includes(given));
  if (branch === undefined) return wrong([...path, tag], literalSentence([...path, tag], all, given));
  return { kind: 'branch', branch, about: ` (${tag}: ${given})` };
};

const byNeeds = (branches: readonly Keywords[], value: Record<string, unknown>, path: Path): Choice => {
  const fitting = branches.filter((branch) => needed(branch).some((name) => value[name] !== undefined));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return { kind: 'branch', branch: only, about: '' };
  const known = branches.flatMap((branch) => Object.keys(branch.properties ?? {}));
  for (const name of Object.keys(value)) {
    const near = known.includes(name) ? undefined : nearest(name, known);
    if (near !== undefined)
      return wrong(
        [...path, name],
        `${shownName(name)} is not known${inside(path)}; did you mean "${near}"?`,
        'key',
      );
  }
  const words = branches
    .map((branch) =>
      needed(branch)
        .map((name) => `"${name}"`)
        .join(' with '),
    )
    .join(' or ');
  return wrong(path, `${nameOf(path)} ${fitting.length === 0 ? 'needs' : 'can have only one of'} ${words}.`);
};

/** The sentence for a value that fits no branch and whose branch cannot be told. */
export const noBranchSentence = (branches: readonly Keywords[], value: unknown, path: Path): string =>
  `${nameOf(path)} must be ${typesOf(branches)}, not ${typeof value === 'number' ? value : kindOf(value)}.`;
