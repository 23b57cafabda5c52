import type { TSchema } from 'typebox';
import type { Problem } from './problem.ts';
import { type Complaint, type Mark, shape } from './shape.ts';
import type { Source } from './source.ts';
import { parseYaml } from './yaml-source.ts';

/** A YAML file held against its schema. */
export interface Checked {
  readonly source: Source;
  /** With defaults filled in; of the schema's type only when there are no problems. */
  readonly draft: unknown;
  readonly complaints: readonly Complaint[];
  readonly marks: readonly Mark[];
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
  const { value, complaints, marks } = shape(schema, source.value);
  const found = complaints
    .map(({ path, of, message }) => ({ place: source.place(path, of), message }))
    // What the reader refused has no value for the schema either; saying so a second time would only confuse.
    .filter(({ place }) => !problems.some((known) => samePlace(known.place, place)));
  return { checked: { source, draft: value, complaints, marks }, problems: [...problems, ...found] };
};

const samePlace = (a: Problem['place'], b: Problem['place']): boolean =>
  a.line === b.line && a.column === b.column;
