import { suggestion } from '../core/nearest.ts';
import type { SourcePlace } from '../core/policy.ts';
import { type Checked, checkYaml } from '../files/check.ts';
import { type Problem, quoted, sortProblems } from '../files/problem.ts';
import { type CaseEntry, type CasesFile, casesFileSchema } from './schema.ts';
import { callerNames, type People, type World, worldOf } from './world.ts';

/** One case, checked, with the world it happens in. */
export interface PolicyCase {
  readonly name: string;
  readonly at: SourcePlace;
  /** What leads to the case from the top of its file. */
  readonly path: readonly (string | number)[];
  /** Where a part of the case stands, e.g. `['expect', 'status']`. */
  readonly place: (path: readonly (string | number)[]) => SourcePlace;
  readonly world: World;
  readonly request: CaseEntry['request'];
  readonly expect: CaseEntry['expect'];
}

export interface LoadedCases {
  readonly cases: readonly PolicyCase[];
  readonly problems: readonly Problem[];
}

export const isCasesName = (name: string): boolean => /\.cases\.ya?ml$/.test(name);

/** Reads the cases files of one policy folder. A folder without any has no cases. */
export const loadCases = (
  texts: readonly { readonly file: string; readonly text: string }[],
): LoadedCases => {
  const read = texts.map(({ file, text }) => readCases(file, text));
  const cases = read.flatMap((one) => one.cases);
  const problems = [...read.flatMap((one) => one.problems), ...repeated(cases)];
  return { cases, problems: sortProblems(problems) };
};

/** Reads the text of one cases file. */
export const readCases = (
  file: string,
  text: string,
): { readonly cases: readonly PolicyCase[]; readonly problems: readonly Problem[] } => {
  const { checked, problems } = checkYaml(file, text, casesFileSchema);
  if (checked === undefined || problems.length > 0) return { cases: [], problems };
  const { identities, given, cases } = checked.draft as CasesFile;
  const faults: Problem[] = checkGiven(checked, given, identities, []);
  const found = cases.map((entry, index): PolicyCase => {
    const path = ['cases', index];
    faults.push(...checkGiven(checked, entry.given, identities, path), ...checkBody(checked, entry, path));
    return {
      name: entry.name,
      at: checked.place(path),
      path,
      place: (inner) => checked.place([...path, ...inner]),
      world: worldOf({ ...given, ...entry.given }, identities, entry.request.path),
      request: entry.request,
      expect: entry.expect,
    };
  });
  return faults.length > 0 ? { cases: [], problems: faults } : { cases: found, problems: [] };
};

const checkGiven = (
  checked: Checked,
  given: CaseEntry['given'],
  people: People,
  path: readonly (string | number)[],
): Problem[] => {
  const names = callerNames(people);
  const callers = (['identity', 'service'] as const).flatMap((member) => {
    const name = given[member];
    if (name === undefined || names.includes(name)) return [];
    const message = `There is no caller ${quoted(name)}${suggestion(name, names)}`;
    return [{ place: checked.place([...path, 'given', member]), message }];
  });
  if (given.time === undefined || isMoment(given.time)) return callers;
  const message = '"time" names a time that does not exist.';
  return [...callers, { place: checked.place([...path, 'given', 'time']), message }];
};

/** The form is checked already; Date.parse takes the 31st of February for a day in March. */
const isMoment = (time: string): boolean => {
  const at = Date.parse(time);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 19) === time.slice(0, 19);
};

const checkBody = (
  checked: Checked,
  { request }: CaseEntry,
  path: readonly (string | number)[],
): Problem[] => {
  const bodies = (['body', 'text', 'blanks'] as const).filter((name) => request[name] !== undefined);
  const [, second] = bodies;
  if (second === undefined) return [];
  const message = 'A request can have only one of "body", "text" and "blanks".';
  return [{ place: checked.place([...path, 'request', second], 'key'), message }];
};

/** The name is what a person and a CI system find a case by. */
const repeated = (cases: readonly PolicyCase[]): Problem[] => {
  const seen = new Map<string, SourcePlace>();
  return cases.flatMap(({ name, at, place }) => {
    const other = seen.get(name);
    if (other === undefined) {
      seen.set(name, at);
      return [];
    }
    const message = `The name ${quoted(name)} is used already at ${other.file}:${other.line}.`;
    return [{ place: place(['name']), message }];
  });
};
