import type { Decision } from '../core/decision.ts';
import { type ChangeKind, changeKind, changeKinds, type Ending } from './replay.ts';

export interface Example {
  readonly id: string;
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly project: string | undefined;
  readonly before: string;
  readonly after: string;
}

export interface ReplayReport {
  readonly decisions: number;
  readonly changed: number;
  /** Decisions whose record does not hold enough to be judged again. */
  readonly unknown: number;
  /** Lines of the file that are no decisions. */
  readonly unread: number;
  readonly kinds: Readonly<
    Record<
      ChangeKind,
      {
        readonly count: number;
        readonly byRoute: Readonly<Record<string, number>>;
        readonly byFault: Readonly<Record<string, number>>;
        readonly byProject: Readonly<Record<string, number>>;
        readonly examples: readonly Example[];
      }
    >
  >;
}

/** Names counted apart for each list; more are counted together, so that memory stays bounded. */
const mostNames = 10_000;
const mostExamples = 5;

class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    const key = this.#counts.size < mostNames || this.#counts.has(name) ? name : 'others';
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The largest first; of equals the first by name. */
  sorted(): Record<string, number> {
    const entries = [...this.#counts].sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1));
    return Object.assign(Object.create(null), Object.fromEntries(entries));
  }
}

const told = ({ outcome, fault }: Ending): string => (fault === undefined ? outcome : `${outcome} ${fault}`);

/** Counts what would have been answered otherwise. */
export class ReplayCount {
  #decisions = 0;
  #changed = 0;
  #unknown = 0;
  #unread = 0;
  readonly #kinds = new Map(
    changeKinds.map((kind) => [
      kind,
      {
        count: 0,
        routes: new Tally(),
        faults: new Tally(),
        projects: new Tally(),
        examples: [] as Example[],
      },
    ]),
  );

  /** @param after `undefined`: it cannot be told. */
  add(decision: Decision, before: Ending | undefined, after: Ending | undefined): void {
    this.#decisions += 1;
    if (before === undefined || after === undefined) {
      this.#unknown += 1;
      return;
    }
    const kind = changeKind(before, after);
    const of = kind && this.#kinds.get(kind);
    if (of === undefined) return;
    this.#changed += 1;
    of.count += 1;
    of.routes.add(after.route || before.route || 'none');
    of.faults.add(
      (kind === 'newly allowed' || kind === 'no longer flagged' ? before : after).fault ?? 'none',
    );
    of.projects.add(decision.project ?? 'none');
    if (of.examples.length < mostExamples) {
      const { id, time, method, path, project } = decision;
      of.examples.push({ id, time, method, path, project, before: told(before), after: told(after) });
    }
  }

  /** A line that is no decision. */
  skip(): void {
    this.#unread += 1;
  }

  report(): ReplayReport {
    const kinds = [...this.#kinds].map(([kind, of]) => [
      kind,
      {
        count: of.count,
        byRoute: of.routes.sorted(),
        byFault: of.faults.sorted(),
        byProject: of.projects.sorted(),
        examples: of.examples,
      },
    ]);
    return {
      decisions: this.#decisions,
      changed: this.#changed,
      unknown: this.#unknown,
      unread: this.#unread,
      kinds: Object.fromEntries(kinds),
    };
  }
}

/** For people: the counts, the longest lists cut, and examples. */
export const replayText = (report: ReplayReport): string => {
  const lines = [`${report.decisions} decisions, ${report.changed} would have been answered otherwise`];
  if (report.unknown > 0) lines.push(`${report.unknown} cannot be told: their record does not hold enough`);
  if (report.unread > 0) lines.push(`${report.unread} lines of the file are no decisions`);
  for (const kind of changeKinds) {
    const { count, byRoute, byFault, byProject, examples } = report.kinds[kind];
    if (count === 0) continue;
    lines.push('', `${kind}: ${count}`);
    lines.push(...list('by route', byRoute), ...list('by fault', byFault), ...list('by project', byProject));
    for (const { id, method, path, project = 'no project', before, after } of examples)
      lines.push(`  e.g. ${id} ${method} ${path} (${project}): ${before} -> ${after}`);
  }
  return `${lines.join('\n')}\n`;
};

const list = (title: string, counts: Readonly<Record<string, number>>): string[] => {
  const entries = Object.entries(counts);
  const shown = entries.slice(0, 10).map(([name, count]) => `${name} ${count}`);
  const rest = entries.length > shown.length ? `, and ${entries.length - shown.length} more` : '';
  return [`  ${title}: ${shown.join(', ')}${rest}`];
};
