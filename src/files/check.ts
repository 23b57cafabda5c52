import type { SourcePlace } from '../core/policy.ts';
import type { TSchema } from '../core/type.ts';
import type { Problem } from './problem.ts';
import { type Mark, shape } from './shape.ts';
import type { Path } from './source.ts';
import { parseYaml } from './yaml-source.ts';

/** A YAML file held against its schema. */
export interface Checked {
  /** With defaults filled in; of the schema's type only when there are no problems. */
  readonly draft: unknown;
  readonly marks: readonly Mark[];
  readonly place: (path: Path, of?: 'value' | 'key') => SourcePlace;
  /** The value at `path`, right or wrong; `undefined` when there is none. */
  at(path: Path): unknown;
  /** The same, of the type that the schema gives it; `undefined` also when something in it is wrong. */
  part<T>(path: Path): T | undefined;
}

export interface CheckResult {
  /** `undefined`: the text is not YAML, and nothing more can be said of it. */
  readonly checked: Checked | undefined;
  readonly problems: readonly Problem[];
}

/** Reads a YAML text and checks its shape. */
export const checkYaml = (file: string, text: string, schema: TSchema): CheckResult => {
  const { source, problems } = parseYaml(file, text);
  if (source === undefined) return { checked: undefined, problems };
  const { value: draft, complaints, marks } = shape(schema, source.value);
  const found = complaints
    .map(({ path, of, message }) => ({ place: source.place(path, of), message }))
    // What the reader refused has no value for the schema either; saying so a second time would only confuse.
    .filter(({ place }) => !problems.some((known) => samePlace(known.place, place)));
  const isWrong = (path: Path): boolean =>
    complaints.some((complaint) => path.every((step, index) => complaint.path[index] === step));
  const checked: Checked = {
    draft,
    marks,
    place: source.place,
    at: (path) => valueAt(draft, path),
    part: <T>(path: Path) => (isWrong(path) ? undefined : (valueAt(draft, path) as T | undefined)),
  };
  return { checked, problems: [...problems, ...found] };
};

const samePlace = (a: SourcePlace, b: SourcePlace): boolean => a.line === b.line && a.column === b.column;

/** Names that only a prototype has are not found. */
const valueAt = (draft: unknown, path: Path): unknown => {
  let value = draft;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
};
