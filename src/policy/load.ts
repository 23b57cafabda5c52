import { isObject, type JsonObject } from '../core/json.ts';
import type { Policy } from '../core/policy.ts';
import { deepFreeze } from '../files/freeze.ts';
import { parseJson } from '../files/json-source.ts';
import { type Problem, printProblem, sortProblems, startOf } from '../files/problem.ts';
import { Assembler, fallbackId, type PolicyCatalogue } from './assemble.ts';
import { type FolderContent, readPolicyFolder } from './folder.ts';
import { type PolicySource, readPolicy } from './policy-source.ts';
import { checkReferences } from './references.ts';
import { contentRevision, revisionOf } from './revision.ts';
import { policyWarnings } from './warnings.ts';

export type LoadResult =
  | {
      readonly ok: true;
      readonly policy: Policy;
      readonly warnings: readonly Problem[];
      /** The files that it was made of, its cases among them. */
      readonly content: FolderContent;
    }
  /** All problems of all files, sorted by place. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads, checks and freezes a whole policy folder. Whatever the files hold, this does not throw: what a person can
 * mend is a problem with its place. Nothing outside the folder is touched, so `validate` is this very function.
 * @param folder as the operator typed it: the places of problems begin with it.
 */
export const loadPolicy = async (folder: string, catalogue: PolicyCatalogue): Promise<LoadResult> =>
  policyOf(await settledContent(folder), catalogue);

/** The same for files that are in memory already. */
export const policyOf = (content: FolderContent, catalogue: PolicyCatalogue): LoadResult => {
  const problems = [...content.problems];
  const schemas = readSchemas(content, problems);
  const schemaNames = content.schemas.map(({ name }) => name);
  const sources: PolicySource[] = [];
  for (const text of content.policies) {
    const read = readPolicy(text);
    problems.push(...read.problems);
    if (read.source !== undefined) sources.push(read.source);
  }
  const assemblers = sources.map((source) => new Assembler(source, catalogue, schemaNames));
  const limits = assemblers.flatMap((assembler) => assembler.limits());
  const routes = assemblers.flatMap((assembler) => assembler.routes());
  const exemptions = assemblers.flatMap((assembler) => assembler.exemptions());
  const fallbacks = assemblers.flatMap((assembler) => assembler.fallback() ?? []);
  problems.push(...assemblers.flatMap((assembler) => assembler.problems));
  const complete = sources.length === content.policies.length && content.problems.length === 0;
  const routeIds = complete ? sources.flatMap(idsOf) : undefined;
  problems.push(
    ...checkReferences({
      limits,
      routes,
      fallbacks,
      routeIds,
      operations: catalogue.operations,
      exemptions,
      stages: catalogue.stages,
    }),
  );
  if (problems.length > 0) return { ok: false, problems: sortProblems(problems) };
  const policy: Policy = Object.freeze({
    revision: contentRevision(content),
    routes: deepFreeze(routes.map(({ thing }) => thing)),
    fallback: deepFreeze(fallbacks[0]?.thing),
    limits: deepFreeze(limits.map(({ thing }) => thing)),
    exemptions: deepFreeze(exemptions.map(({ thing }) => thing)),
    schemas,
  });
  const warnings = [...content.warnings, ...policyWarnings(policy, catalogue.now)];
  return { ok: true, policy, warnings: sortProblems(warnings), content };
};

/** A name for all that a folder holds, its cases and what cannot be read included. */
export const fingerprint = ({ policies, schemas, cases, problems }: FolderContent): string => {
  const faults = problems.map((problem) => ({ name: printProblem(problem), bytes: new Uint8Array(0) }));
  return revisionOf([...policies, ...schemas, ...cases, ...faults]);
};

/** Reads until two readings agree: a folder that is swapped in between would give a mixture of two policies. */
export const settledContent = async (folder: string): Promise<FolderContent> => {
  let revision = '';
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const content = await readPolicyFolder(folder);
    const next = fingerprint(content);
    if (next === revision) return content;
    revision = next;
  }
  const message = 'The files of this folder changed while they were read; try again when they are complete.';
  return {
    policies: [],
    schemas: [],
    cases: [],
    problems: [{ place: startOf(folder), message }],
    warnings: [],
  };
};

const readSchemas = (content: FolderContent, problems: Problem[]): ReadonlyMap<string, JsonObject> => {
  const schemas = new Map<string, JsonObject>();
  for (const { name, file, text } of content.schemas) {
    const read = parseJson(file, text);
    problems.push(...read.problems);
    if (read.source === undefined) continue;
    if (isObject(read.source.value)) schemas.set(name, deepFreeze(read.source.value) as JsonObject);
    else problems.push({ place: read.source.place([]), message: 'A JSON Schema must be an object here.' });
  }
  return schemas;
};

const idsOf = (source: PolicySource): string[] => {
  const count = source.count(['routes']);
  const ids = Array.from({ length: count }, (_, index) => source.text(['routes', index, 'id']));
  if (source.has(['default'])) ids.push(fallbackId);
  return ids.filter((id) => id !== undefined);
};
