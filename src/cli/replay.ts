import { stat } from 'node:fs/promises';
import { createReplayer, type Replayer, recordedEnding } from '../cases/replay.ts';
import { ReplayCount, replayText } from '../cases/replay-report.ts';
import type { Decision } from '../core/decision.ts';
import { isObject } from '../core/json.ts';
import { noMeters } from '../core/silence.ts';
import { readFailure } from '../files/read-text.ts';
import { operations } from '../operations/index.ts';
import { stages } from '../stages/index.ts';
import { complain, complainOf } from './complain.ts';
import { lookAt } from './look.ts';
import { progressOn } from './progress.ts';
import { type RecordedLine, recordedLines } from './recorded-lines.ts';

export interface ReplayOptions {
  readonly policies: string;
  readonly from?: string;
  readonly json: boolean;
}

/** Lines that cannot be read are told one by one, up to so many. */
const mostTold = 3;

/**
 * `images-gateway replay --policies NEW FILE`: who would have had another answer. Lines that are no decisions, such as
 * one that a full disk took half of, are told and gone over. Exit codes 0 nobody, 1 somebody, 2 a policy, the file or one
 * of its lines cannot be read, or it holds no decision.
 */
export const runReplay = async (file: string, options: ReplayOptions): Promise<void> => {
  const after = await replayerFor(options.policies);
  const before = options.from === undefined ? undefined : await replayerFor(options.from);
  if (after === undefined || (options.from !== undefined && before === undefined)) return;
  const size = await sizeOf(file);
  if (size === undefined) return;
  const count = new ReplayCount();
  const progress = progressOn(process.stderr, size);
  const unread: string[] = [];
  const add = async (decision: Decision): Promise<void> => {
    const then = before === undefined ? recordedEnding(decision) : await before(decision);
    count.add(decision, then, await after(decision));
  };
  let number = 0;
  for await (const lines of recordedLines(file, progress.add)) {
    for (const line of lines) {
      number += 1;
      const decision = readDecision(line);
      if (decision === undefined) continue;
      if (typeof decision !== 'string') await add(decision);
      else {
        count.skip();
        if (unread.length < mostTold) unread.push(`${file}:${number}: ${decision}`);
      }
    }
  }
  progress.clear();
  const report = count.report();
  for (const sentence of unread) complain(sentence);
  if (report.unread > unread.length) complain(`${file}: ${report.unread} lines could not be read in all.`);
  if (report.decisions > 0)
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : replayText(report));
  else if (report.unread === 0) complain(`${file}: There are no decisions in this file.`);
  process.exitCode = report.unread > 0 || report.decisions === 0 ? 2 : report.changed > 0 ? 1 : 0;
};

/** In bytes; 0 for a pipe. `undefined`: it cannot be read, which was told. */
const sizeOf = async (file: string): Promise<number | undefined> => {
  try {
    const found = await stat(file);
    if (!found.isDirectory()) return found.size;
    complain(`${file}: This is a folder, not a file.`);
  } catch (cause) {
    complain(`${file}: ${readFailure(cause)}`);
  }
  process.exitCode = 2;
  return undefined;
};

const replayerFor = async (folder: string): Promise<Replayer | undefined> => {
  const loaded = await lookAt(folder);
  if (loaded.ok) return createReplayer(loaded.snapshot.policy, { stages, operations, meters: noMeters });
  complainOf(loaded.problems);
  process.exitCode = 2;
  return undefined;
};

/**
 * Looks at the members that are worked with; a whole validation of each line would take longer than the replay.
 * @returns a sentence if it is no decision; `undefined`: the line is empty
 */
export const readDecision = (line: RecordedLine): Decision | string | undefined => {
  if (line === undefined)
    return 'This line has more than 64 MiB. A decision file has one JSON object on each line.';
  if (line === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'This line is not JSON. A decision file has one JSON object on each line.';
  }
  if (!isObject(value) || value['version'] !== 1)
    return 'This is no decision of version 1; see docs/schemas/decision.schema.json.';
  const wrong = (['id', 'time', 'method', 'path', 'route', 'request'] as const).find(
    (name) => typeof value[name] !== 'string',
  );
  if (wrong !== undefined)
    return `The decision's "${wrong}" must be a text; see docs/schemas/decision.schema.json.`;
  const list = (['verdicts', 'flags'] as const).find((name) => !Array.isArray(value[name]));
  if (list !== undefined)
    return `The decision's "${list}" must be a list; see docs/schemas/decision.schema.json.`;
  return value as Decision;
};
