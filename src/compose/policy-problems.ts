import type { Problem } from '../files/problem.ts';

/** A policy that does not load: at the start that ends the process, at a reload the old one serves on. */
export class PolicyProblems extends Error {
  override readonly name = 'PolicyProblems';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`the policy folder has ${problems.length} problem(s)`);
    this.problems = problems;
  }
}
