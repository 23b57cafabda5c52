import { suggestion } from '../core/nearest.ts';
import type { Operation } from '../core/operation.ts';
import type { Exemption, LimitDefinition, Route, RouteMatch, StageUse } from '../core/policy.ts';
import type { AnyStage } from '../core/stage.ts';
import { type Problem, quoted } from '../files/problem.ts';
import { shape } from '../files/shape.ts';
import type { Path } from '../files/source.ts';
import { deadline } from './deadline.ts';
import { templateFault } from './path-template.ts';
import type { Entry, PolicySource } from './policy-source.ts';
import type { FallbackEntry, PolicyFile, RouteEntry, StageEntry } from './schema.ts';

/** What a policy may name: the stages, guarded calls and upstreams that there are. */
export interface PolicyCatalogue {
  readonly stages: readonly AnyStage[];
  readonly operations: readonly Operation[];
  /** Names of the upstreams in `config/gateway.yaml`. */
  readonly upstreams: readonly string[];
  /** Milliseconds since the epoch, for warnings of what has ended; without it there are none. */
  readonly now?: number;
}

/** The id of the route that takes what no other route matches. */
export const fallbackId = 'default';

/** A thing of a policy file together with where its parts stand. */
export interface Placed<T> {
  readonly thing: T;
  readonly source: PolicySource;
  readonly path: Path;
}

/** Turns the right parts of a policy file into the words of the core; what they name is checked on the way. */
export class Assembler {
  readonly problems: Problem[] = [];
  readonly #source: PolicySource;
  readonly #catalogue: PolicyCatalogue;
  readonly #schemas: readonly string[];

  /** @param schemas paths of the schema files inside the policy folder. */
  constructor(source: PolicySource, catalogue: PolicyCatalogue, schemas: readonly string[]) {
    this.#source = source;
    this.#catalogue = catalogue;
    this.#schemas = schemas;
  }

  limits(): Placed<LimitDefinition>[] {
    return this.#source.entries<PolicyFile['limits'][number]>(['limits']).map(({ value, path }) => ({
      thing: { ...value, at: this.#source.place(path) } as LimitDefinition,
      source: this.#source,
      path,
    }));
  }

  exemptions(): Placed<Exemption>[] {
    return this.#source.entries<PolicyFile['exempt'][number]>(['exempt']).flatMap(({ value, path }) => {
      const expires = deadline(value.expires);
      if (expires === undefined)
        this.#report([...path, 'expires'], '"expires" names a day that does not exist.');
      const at = this.#source.place(path);
      return expires === undefined ? [] : [{ thing: { ...value, expires, at }, source: this.#source, path }];
    });
  }

  /** Also looks into the stages of routes that are wrong elsewhere, so that one run tells all. */
  routes(): Placed<Route>[] {
    const routes: Placed<Route>[] = [];
    for (let index = 0; index < this.#source.count(['routes']); index += 1) {
      const path = ['routes', index];
      const stages = this.#stages([...path, 'stages']);
      const entry = this.#source.part<RouteEntry>(path);
      if (entry !== undefined) routes.push(this.#placed(this.#route(entry, stages), path));
    }
    return routes;
  }

  fallback(): Placed<Route> | undefined {
    const path = ['default'];
    const stages = this.#stages([...path, 'stages']);
    const entry = this.#source.part<FallbackEntry>(path);
    if (entry === undefined) return undefined;
    const match: RouteMatch = { kind: 'path', path: '/**', methods: [] };
    return this.#placed({ id: fallbackId, match, ...this.#way(entry, stages) }, path);
  }

  #placed(thing: Route, path: Path): Placed<Route> {
    return { thing, source: this.#source, path };
  }

  #report(path: Path, message: string, of: 'value' | 'key' = 'value'): void {
    this.problems.push({ place: this.#source.place(path, of), message });
  }

  #route(entry: Entry<RouteEntry>, stages: readonly StageUse[]): Route {
    const { id, match } = entry.value;
    const matchPath = [...entry.path, 'match'];
    if ('operations' in match) {
      const known = this.#catalogue.operations.map((operation) => operation.name);
      for (const [index, name] of match.operations.entries()) {
        if (known.includes(name)) continue;
        const at = [...matchPath, 'operations', index];
        this.#report(at, `There is no operation ${quoted(name)}${suggestion(name, known)}`);
      }
      return { id, match: { kind: 'operations', ...match }, ...this.#way(entry, stages) };
    }
    const fault = templateFault(match.path);
    if (fault !== undefined) this.#report([...matchPath, 'path'], `The path ${quoted(match.path)} ${fault}.`);
    return { id, match: { kind: 'path', ...match }, ...this.#way(entry, stages) };
  }

  #way(
    { value, path }: Entry<RouteEntry | FallbackEntry>,
    stages: readonly StageUse[],
  ): Omit<Route, 'id' | 'match'> {
    const { body, upgrade } = value;
    return {
      upstream: this.#upstream(value.upstream, path),
      body,
      upgrade,
      stages,
      at: this.#source.place(path),
    };
  }

  #upstream(name: string | undefined, path: Path): string {
    const { upstreams } = this.#catalogue;
    const [only] = upstreams;
    if (name === undefined && only !== undefined && upstreams.length === 1) return only;
    if (name === undefined)
      this.#report(path, `"upstream" is missing; it must be one of ${upstreams.join(', ')}.`);
    else if (!upstreams.includes(name))
      this.#report(
        [...path, 'upstream'],
        `There is no upstream ${quoted(name)}${suggestion(name, upstreams)}`,
      );
    return name ?? '';
  }

  #stages(path: Path): StageUse[] {
    return this.#source.entries<StageEntry>(path).map((entry) => this.#stage(entry));
  }

  #stage({ value, path }: Entry<StageEntry>): StageUse {
    const at = this.#source.place(path);
    const stage = this.#catalogue.stages.find((candidate) => candidate.name === value.use);
    if (stage === undefined) {
      const known = this.#catalogue.stages.map((candidate) => candidate.name);
      this.#report([...path, 'use'], `There is no stage ${quoted(value.use)}${suggestion(value.use, known)}`);
      return { use: value.use, mode: value.mode, with: value.with, at };
    }
    const options = shape(stage.options, value.with, [...path, 'with']);
    for (const complaint of options.complaints) this.#report(complaint.path, complaint.message, complaint.of);
    this.#schemaFiles(options.value, [...path, 'with']);
    const { until: day, afterwards, ...use } = value;
    const until = day === undefined ? undefined : deadline(day);
    if (day !== undefined && until === undefined)
      this.#report([...path, 'until'], '"until" names a day that does not exist.');
    if (value.mode !== 'flag' && (day !== undefined || afterwards !== undefined))
      this.#report(path, '"until" and "afterwards" belong to mode flag.');
    if (afterwards !== undefined && day === undefined)
      this.#report([...path, 'afterwards'], '"afterwards" needs "until": the day after which it holds.');
    const end = { ...(until !== undefined && { until }), ...(afterwards !== undefined && { afterwards }) };
    return { ...use, ...end, with: options.value as Record<string, unknown>, at };
  }

  /** By agreement a text option that begins with `schemas/` and ends in `.json` names a file of the policy folder. */
  #schemaFiles(value: unknown, path: Path): void {
    if (typeof value === 'string') {
      if (/^schemas\/.*\.json$/.test(value) && !this.#schemas.includes(value))
        this.#report(path, `There is no schema file ${quoted(value)}${suggestion(value, this.#schemas)}`);
    } else if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value)) {
        this.#schemaFiles(part, [...path, Array.isArray(value) ? Number(name) : name]);
      }
  }
}
