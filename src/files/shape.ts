import { isObject } from '../core/json.ts';
import { nearest } from '../core/nearest.ts';
import type { TSchema } from '../core/type.ts';
import { type Keywords, keywords, literals, needed } from './keywords.ts';
import { leafFault } from './leaf.ts';
import { shownName } from './problem.ts';
import { chooseBranch, noBranchSentence } from './shape-choice.ts';
import { constraintSentence, inside, literalSentence, nameOf, typeSentence } from './shape-sentences.ts';
import type { Path } from './source.ts';

/** Something in a value that its schema does not allow. */
export interface Complaint {
  readonly path: Path;
  readonly of: 'value' | 'key';
  readonly message: string;
}

/** A text that stands for something which the caller has to check or fetch: see `Annotations.holds`. */
export interface Mark {
  readonly holds: string;
  readonly path: Path;
  readonly value: unknown;
}

export interface Shaped {
  /** A copy with all defaults filled in; of the schema's type only when there are no complaints. */
  readonly value: unknown;
  readonly complaints: readonly Complaint[];
  readonly marks: readonly Mark[];
}

/**
 * Holds a value against a schema and fills in the defaults. Unlike a validator that reports every keyword of every
 * branch, it tells each slip once, as a sentence, and speaks only of the branch of a union that was meant. Unknown
 * properties are refused unless the schema allows them. Nothing is converted: `"false"` is a text.
 */
export const shape = (schema: TSchema, value: unknown, path: Path = []): Shaped => {
  const run: Run = { complaints: [], marks: [] };
  return { value: judge(keywords(schema), value, path, run), ...run };
};

interface Run {
  readonly complaints: Complaint[];
  readonly marks: Mark[];
}

const judge = (schema: Keywords, given: unknown, path: Path, run: Run, about = ''): unknown => {
  const value = given === undefined && 'default' in schema ? structuredClone(schema.default) : given;
  const complain = (message: string) => run.complaints.push({ path, of: 'value', message });
  const allowed = literals(schema);
  if (allowed !== undefined) {
    if (!allowed.includes(value)) complain(literalSentence(path, allowed, value));
    return value;
  }
  if (schema.anyOf !== undefined) return judgeUnion(schema.anyOf, value, path, run);
  if (schema.properties !== undefined || schema.patternProperties !== undefined) {
    if (isObject(value))
      return schema.properties
        ? judgeObject(schema, value, path, run, about)
        : judgeRecord(schema, value, path, run);
    complain(typeSentence(path, 'object', value));
    return value;
  }
  if (schema.type === 'array' && isObject(schema.items)) {
    if (Array.isArray(value)) return judgeList(schema, value, path, run);
    complain(typeSentence(path, 'array', value));
    return value;
  }
  return judgeLeaf(schema, value, path, run);
};

const judgeUnion = (branches: readonly Keywords[], value: unknown, path: Path, run: Run): unknown => {
  const choice = chooseBranch(branches, value, path);
  if (choice.kind === 'branch') return judge(choice.branch, value, path, run, choice.about);
  if (choice.kind === 'wrong') {
    run.complaints.push(choice);
    return value;
  }
  for (const branch of branches) {
    const attempt: Run = { complaints: [], marks: [] };
    const judged = judge(branch, value, path, attempt);
    if (attempt.complaints.length > 0) continue;
    run.marks.push(...attempt.marks);
    return judged;
  }
  run.complaints.push({ path, of: 'value', message: noBranchSentence(branches, value, path) });
  return value;
};

const judgeObject = (
  schema: Keywords,
  value: Record<string, unknown>,
  path: Path,
  run: Run,
  about: string,
): unknown => {
  const properties = schema.properties ?? {};
  const known = Object.keys(properties);
  const meant = new Set<string>();
  const rest: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(properties, name)) continue;
    const extra = schema.additionalProperties;
    if (isObject(extra)) rest[name] = judge(extra as Keywords, value[name], [...path, name], run);
    else if (extra === true) rest[name] = value[name];
    else {
      const near =
        nearest(
          name,
          known.filter((candidate) => value[candidate] === undefined),
        ) ?? nearest(name, known);
      if (near !== undefined) meant.add(near);
      const end = near === undefined ? `; known are: ${known.join(', ')}.` : `; did you mean "${near}"?`;
      const message = `${shownName(name)} is not known${inside(path)}${about}${end}`;
      run.complaints.push({ path: [...path, name], of: 'key', message });
    }
  }
  const draft: Record<string, unknown> = {};
  const must = needed(schema);
  for (const [name, property] of Object.entries(properties)) {
    if (value[name] !== undefined || 'default' in property) {
      draft[name] = judge(property, value[name], [...path, name], run);
    } else if (must.includes(name) && !meant.has(name)) {
      run.complaints.push({
        path: [...path, name],
        of: 'value',
        message: `"${name}" is missing${inside(path)}${about}.`,
      });
    }
  }
  return Object.assign(draft, rest);
};

const judgeRecord = (schema: Keywords, value: Record<string, unknown>, path: Path, run: Run): unknown => {
  // The names come from outside; without a prototype, one like `toString` is only a name.
  const draft: Record<string, unknown> = Object.create(null);
  const patterns = Object.entries(schema.patternProperties ?? {});
  for (const [name, part] of Object.entries(value)) {
    const found = patterns.find(([pattern]) => new RegExp(pattern, 'u').test(name));
    if (found !== undefined) draft[name] = judge(found[1], part, [...path, name], run);
    else {
      const rule =
        schema.expects ?? `a text that matches ${patterns.map(([pattern]) => pattern).join(' or ')}`;
      run.complaints.push({
        path: [...path, name],
        of: 'key',
        message: `${shownName(name)} must be ${rule}.`,
      });
    }
  }
  judgeSize(schema, Object.keys(draft).length, path, run, 'minProperties');
  return draft;
};

const judgeList = (schema: Keywords, value: readonly unknown[], path: Path, run: Run): unknown => {
  judgeSize(schema, value.length, path, run, 'minItems');
  const seen = new Set<string>();
  return value.map((item, index) => {
    const at = [...path, index];
    const text = JSON.stringify(item);
    if (schema.uniqueItems === true && seen.has(text))
      run.complaints.push({ path: at, of: 'value', message: `${nameOf(at)} is in the list already.` });
    seen.add(text);
    return judge(schema.items as Keywords, item, at, run);
  });
};

const judgeSize = (
  schema: Keywords,
  size: number,
  path: Path,
  run: Run,
  minimum: 'minItems' | 'minProperties',
): void => {
  const least = schema[minimum] ?? 0;
  const most = schema.maxItems ?? Number.POSITIVE_INFINITY;
  if (size < least) {
    const message =
      least === 1
        ? `${nameOf(path)} must not be empty.`
        : `${nameOf(path)} must have at least ${least} entries.`;
    run.complaints.push({ path, of: 'value', message });
  }
  if (size > most)
    run.complaints.push({ path, of: 'value', message: `${nameOf(path)} must have at most ${most} entries.` });
};

/** Everything else: a value that the walk does not look into. */
const judgeLeaf = (schema: Keywords, given: unknown, path: Path, run: Run): unknown => {
  const value = isObject(given) || Array.isArray(given) ? structuredClone(given) : given;
  const fault = leafFault(schema, value);
  if (fault === undefined) {
    if (schema.holds !== undefined) run.marks.push({ holds: schema.holds, path, value });
    return value;
  }
  // Quotes would not make a secret of a number that stands where a reference to one belongs.
  const isReference = schema.holds !== undefined && schema.expects !== undefined && value !== null;
  const message =
    fault === 'type' && !isReference
      ? typeSentence(path, schema.type ?? 'object', value)
      : constraintSentence(path, schema, isReference ? 'pattern' : fault);
  run.complaints.push({ path, of: 'value', message });
  return value;
};
