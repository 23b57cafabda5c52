import { createHash } from 'node:crypto';
import type { FolderContent } from './folder.ts';

/** Who gets a candidate: named projects, and a share of all others. */
export interface Share {
  readonly projects: readonly string[];
  /** 0 to 100. */
  readonly percent: number;
}

/**
 * All that decides how requests are judged, as a plain value without functions: it can be sent to other processes, and
 * every process that applies it judges alike.
 */
export interface PolicySet {
  readonly current: FolderContent;
  readonly candidate?: Share & { readonly content: FolderContent };
}

const whole = 2 ** 32;

/**
 * Where a project stands among all, from 0 up to 100: the same for ever for one revision, so that a greater share
 * contains every smaller one; another for the next revision, so that not the same ones always go first.
 */
export const standing = (revision: string, projectId: string): number =>
  (createHash('sha256').update(`${revision}\0${projectId}`).digest().readUInt32BE() / whole) * 100;

/** Whether a candidate of this revision is for a project. */
export const takes = (revision: string, { projects, percent }: Share): ((projectId: string) => boolean) => {
  const named = new Set(projects);
  return (projectId) => named.has(projectId) || standing(revision, projectId) < percent;
};
