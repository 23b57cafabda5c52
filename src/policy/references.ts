import { suggestion } from '../core/nearest.ts';
import type { Operation } from '../core/operation.ts';
import {
  type Exemption,
  type LimitBurst,
  type LimitDefinition,
  type LimitGroup,
  longestWindowSeconds,
  type Route,
  unitSeconds,
} from '../core/policy.ts';
import { type Problem, quoted } from '../files/problem.ts';
import type { Path } from '../files/source.ts';
import { fallbackId, type Placed } from './assemble.ts';
import { templateForm } from './path-template.ts';

/** What all files of a folder say together. */
export interface Assembled {
  readonly limits: readonly Placed<LimitDefinition>[];
  readonly routes: readonly Placed<Route>[];
  readonly fallbacks: readonly Placed<Route>[];
  readonly operations: readonly Operation[];
  readonly exemptions: readonly Placed<Exemption>[];
  readonly stages: readonly { readonly name: string }[];
  /** Ids of all routes and of the default section, those with faults too; `undefined` when a file could not be read at all. */
  readonly routeIds: readonly string[] | undefined;
}

/** Holds the files of a folder against each other. */
export const checkReferences = (all: Assembled): Problem[] => [
  ...repeatedNames(all),
  ...repeatedMatches(all.routes),
  ...limitFaults(all),
  ...exemptionFaults(all),
];

const at = (placed: Placed<unknown>, ...path: Path): Problem['place'] =>
  placed.source.place([...placed.path, ...path]);

/** Where the other one stands. */
const there = ({ file, line }: Problem['place']): string => `${file}:${line}`;

const repeatedNames = ({ routes, limits, fallbacks }: Assembled): Problem[] => {
  const problems: Problem[] = [];
  const ids = new Map<string, Problem['place']>();
  for (const route of routes) {
    const { id } = route.thing;
    const place = at(route, 'id');
    const other = ids.get(id);
    if (id === fallbackId)
      problems.push({ place, message: `The id "${id}" means the section "default"; choose another.` });
    else if (other !== undefined)
      problems.push({ place, message: `The route id "${id}" is used already at ${there(other)}.` });
    else ids.set(id, place);
  }
  const names = new Map<string, Problem['place']>();
  for (const limit of limits) {
    const { name, burst } = limit.thing;
    const place = at(limit, 'name');
    // The short window of a limit is counted and shown under a name of its own.
    for (const taken of burst === undefined ? [name] : [name, `${name}-burst`]) {
      const other = names.get(taken);
      if (other === undefined) names.set(taken, place);
      else problems.push({ place, message: `The limit name "${taken}" is used already at ${there(other)}.` });
    }
  }
  const [first, ...more] = fallbacks;
  for (const fallback of more) {
    const other = first === undefined ? '' : ` and ${there(first.thing.at)} has one`;
    const message = `Only one file of a folder can have a section "default",${other}.`;
    problems.push({ place: fallback.source.place(fallback.path, 'key'), message });
  }
  return problems;
};

const repeatedMatches = (routes: readonly Placed<Route>[]): Problem[] => {
  const problems: Problem[] = [];
  const operations = new Map<string, Route>();
  const paths = new Map<string, Route[]>();
  for (const route of routes) {
    const { match } = route.thing;
    if (match.kind === 'operations') {
      for (const [index, name] of match.operations.entries()) {
        const other = operations.get(name);
        operations.set(name, other ?? route.thing);
        if (other === undefined) continue;
        const message = `The operation "${name}" has a route already: "${other.id}" at ${there(other.at)}.`;
        problems.push({ place: at(route, 'match', 'operations', index), message });
      }
      continue;
    }
    const form = templateForm(match.path);
    const same = paths.get(form) ?? [];
    const other = same.find((candidate) => overlap(candidate, match.methods));
    paths.set(form, [...same, route.thing]);
    if (other === undefined) continue;
    const message = `Route "${other.id}" at ${there(other.at)} matches the same path and method.`;
    problems.push({ place: at(route, 'match', 'path'), message });
  }
  return problems;
};

const overlap = ({ match }: Route, methods: readonly string[]): boolean =>
  match.kind === 'path' &&
  (match.methods.length === 0 ||
    methods.length === 0 ||
    match.methods.some((method) => methods.includes(method)));

const limitFaults = ({ limits, routeIds, operations }: Assembled): Problem[] => {
  const problems: Problem[] = [];
  const calls = operations.map((operation) => operation.name);
  const known = routeIds ?? [];
  for (const limit of limits) {
    const { routes, costs = {}, burst, groups = [] } = limit.thing;
    for (const [index, id] of routes.entries()) {
      if (routeIds === undefined || known.includes(id)) continue;
      problems.push({
        place: at(limit, 'routes', index),
        message: `There is no route ${quoted(id)}${suggestion(id, known)}`,
      });
    }
    for (const name of Object.keys(costs).filter((candidate) => !calls.includes(candidate))) {
      const place = limit.source.place([...limit.path, 'costs', name], 'key');
      problems.push({ place, message: `There is no operation ${quoted(name)}${suggestion(name, calls)}` });
    }
    const windows: [LimitBurst | undefined, Path][] = [
      [limit.thing, []],
      [burst, ['burst']],
      ...groups.map((group, index): [LimitBurst | undefined, Path] => [
        group.burst,
        ['groups', index, 'burst'],
      ]),
    ];
    for (const [window, path] of windows) {
      if (window === undefined || window.every * unitSeconds[window.per] <= longestWindowSeconds) continue;
      problems.push({ place: at(limit, ...path, 'every'), message: 'The window is longer than 24 days.' });
    }
    problems.push(...groupFaults(limit, groups), ...costFaults(limit));
  }
  return problems;
};

/** An operation that costs more than a whole window has could never pass, however long its caller waits. */
const costFaults = (limit: Placed<LimitDefinition>): Problem[] => {
  const { points, burst, groups = [], costs = {} } = limit.thing;
  const windows = [{ points }, burst, ...groups, ...groups.map((group) => group.burst)];
  const smallest = Math.min(...windows.map((window) => window?.points ?? points));
  return Object.entries(costs)
    .filter(([, cost]) => cost > smallest)
    .map(([name, cost]) => ({
      place: at(limit, 'costs', name),
      message: `A request that costs ${cost} could never pass a window of ${smallest}; let it cost less, or the window hold more.`,
    }));
};

const exemptionFaults = ({ exemptions, routeIds, fallbacks, stages }: Assembled): Problem[] => {
  const names = stages.map(({ name }) => name);
  const routes = [...(routeIds ?? []), ...(fallbacks.length > 0 ? [fallbackId] : [])];
  return exemptions.flatMap((exemption) => {
    const unknown = (what: string, list: 'stages' | 'routes', known: readonly string[]): Problem[] =>
      exemption.thing[list].flatMap((name, index) =>
        known.includes(name)
          ? []
          : [
              {
                place: at(exemption, list, index),
                message: `There is no ${what} ${quoted(name)}${suggestion(name, known)}`,
              },
            ],
      );
    return [
      ...unknown('stage', 'stages', names),
      ...(routeIds === undefined ? [] : unknown('route', 'routes', routes)),
    ];
  });
};

const groupFaults = (limit: Placed<LimitDefinition>, groups: readonly LimitGroup[]): Problem[] => {
  const problems: Problem[] = [];
  const names = new Set<string>();
  const projects = new Map<string, string>();
  for (const [index, group] of groups.entries()) {
    const path = ['groups', index];
    if (names.has(group.name))
      problems.push({
        place: at(limit, ...path, 'name'),
        message: `There are two groups "${group.name}" in this limit.`,
      });
    names.add(group.name);
    for (const [position, project] of group.projects.entries()) {
      const other = projects.get(project);
      const message = `The project ${quoted(project)} is in group "${other}" already; it would never count here.`;
      if (other !== undefined) problems.push({ place: at(limit, ...path, 'projects', position), message });
      projects.set(project, group.name);
    }
    if (group.roles.length === 0 && group.projects.length === 0)
      problems.push({
        place: at(limit, ...path),
        message: `The group "${group.name}" needs "roles" or "projects": nobody is in it.`,
      });
  }
  return problems;
};
