import type { Catalogue } from '../pipeline/compile.ts';
import { type Candidate, Snapshots } from '../pipeline/snapshots.ts';
import type { FolderContent } from '../policy/folder.ts';
import { fingerprint } from '../policy/load.ts';
import { type PolicySet, takes } from '../policy/policy-set.ts';
import { type LoadedSnapshot, snapshotOf } from './load-snapshot.ts';

type Loaded = Extract<LoadedSnapshot, { ok: true }>;

/** A set that has compiled and whose cases are green, but does not judge yet. */
export type PreparedSet =
  | {
      readonly ok: true;
      readonly current: Loaded;
      readonly candidate: Loaded | undefined;
      /** From now on it judges; requests under way end by what they began with. */
      apply(): void;
    }
  | (Extract<LoadedSnapshot, { ok: false }> & { readonly part: keyof PolicySet });

/** The one place where a process makes a policy set the one that judges. */
export class PolicyHolder {
  readonly #upstreams: readonly string[];
  readonly #outside: Pick<Catalogue, 'ports' | 'meters'>;
  /** What is in use, by content, so that a changed share costs no second compilation. */
  #known = new Map<string, Loaded>();
  #snapshots: Snapshots | undefined;

  readonly #gate: { readonly cases: boolean };

  /**
   * @param upstreams names that `config/gateway.yaml` defines.
   * @param gate whether the cases have to be green; a process that is sent policies need not run them again.
   */
  constructor(
    upstreams: readonly string[],
    outside: Pick<Catalogue, 'ports' | 'meters'>,
    gate = { cases: true },
  ) {
    this.#gate = gate;
    this.#upstreams = upstreams;
    this.#outside = outside;
  }

  /** @throws when no set was applied yet */
  get snapshots(): Snapshots {
    if (this.#snapshots === undefined) throw new Error('No policy set was applied yet.');
    return this.#snapshots;
  }

  /** Loads, compiles and tests both revisions of a set. Nothing changes before `apply` is called. */
  async prepare(set: PolicySet): Promise<PreparedSet> {
    const current = await this.load(set.current);
    if (!current.ok) return { ...current, part: 'current' };
    if (set.candidate === undefined) {
      return { ok: true, current, candidate: undefined, apply: () => this.#use(current) };
    }
    const candidate = await this.load(set.candidate.content);
    if (!candidate.ok) return { ...candidate, part: 'candidate' };
    const who = takes(candidate.snapshot.revision, set.candidate);
    return { ok: true, current, candidate, apply: () => this.#use(current, candidate, who) };
  }

  /** The same loader for whatever is to judge, wherever it comes from. */
  async load(content: FolderContent): Promise<LoadedSnapshot> {
    return (
      this.#known.get(fingerprint(content)) ??
      (await snapshotOf(content, this.#upstreams, this.#outside, this.#gate))
    );
  }

  #use(current: Loaded, candidate?: Loaded, who?: (projectId: string) => boolean): void {
    const used = candidate === undefined ? [current] : [current, candidate];
    this.#known = new Map(used.map((one) => [fingerprint(one.content), one]));
    const second: Candidate | undefined = candidate && who && { snapshot: candidate.snapshot, takes: who };
    this.#snapshots ??= new Snapshots(current.snapshot);
    this.#snapshots.swap(current.snapshot, second);
  }
}
