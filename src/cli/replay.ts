import { createReadStream } from 'node:fs';
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
import { type Progress, progressOn } from './progress.ts';

export interface ReplayOptions {
  readonly policies: string;
  readonly from?: string;
  readonly json: boolean;
}

/**
 * `images-gateway replay --policies NEW FILE`: who would have had another answer. Exit codes 0 nobody, 1 somebody,
 * 2 a policy or the file cannot be read.
 */
export const runReplay = async (file: string, options: ReplayOptions): Promise<void> => {
  const after = await replayerFor(options.policies);
  const before = options.from === undefined ? undefined : await replayerFor(options.from);
  if (after === undefined || (options.from !== undefined && before === undefined)) return;
  const size = await stat(file).catch((cause: unknown) => {
    complain(`${file}: ${readFailure(cause)}`);
    process.exitCode = 2;
  });
  if (size === undefined) return;
  const count = new ReplayCount();
  const progress = progressOn(process.stderr, size.size);
  let line = 0;
  for await (const decisions of decisionsIn(file, progress)) {
    for (const decision of decisions) {
      line += 1;
      if (typeof decision === 'string') {
        progress.clear();
        complain(`${file}:${line}: ${decision}`);
        process.exitCode = 2;
        return;
      }
      const then = before === undefined ? recordedEnding(decision) : await before(decision);
      count.add(decision, then, await after(decision));
    }
  }
  progress.clear();
  const report = count.report();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : replayText(report));
  process.exitCode = report.changed > 0 ? 1 : 0;
};

const replayerFor = async (folder: string): Promise<Replayer | undefined> => {
  const loaded = await lookAt(folder);
  if (loaded.ok) return createReplayer(loaded.snapshot.policy, { stages, operations, meters: noMeters });
  complainOf(loaded.problems);
  process.exitCode = 2;
  return undefined;
};

/** The decisions of a file in the order of its lines, a chunk at a time; a text says what is wrong with a line. */
async function* decisionsIn(file: string, progress: Progress): AsyncGenerator<(Decision | string)[]> {
  let rest = '';
  // Small enough for the decisions of a chunk to be gone before the collector of garbage takes them for lasting.
  for await (const chunk of createReadStream(file, { highWaterMark: 128 * 1024, encoding: 'utf8' })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    progress.add(Buffer.byteLength(chunk));
    yield lines.map(readDecision);
  }
  if (rest !== '') yield [readDecision(rest)];
}

/** Looks at the members that are worked with; a whole validation of each line would take longer than the replay. */
export const readDecision = (line: string): Decision | string => {
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
