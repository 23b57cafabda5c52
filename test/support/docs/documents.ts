/** The documents that have generated parts, and who makes each part. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../source-files.ts';
import { type Block, withBlocks } from './blocks.ts';
import { commandTable } from './commands.ts';
import { errorBlocks } from './error-sections.ts';
import { hostileBlocks } from './hostile.ts';
import { caseKeys, configKeys, limitKeys, operationRows, routeKeys, stageUseKeys } from './keys.ts';
import { metricsTable } from './metrics.ts';
import { faultBlocks, stageBlocks } from './stages.ts';

const blocks: Readonly<Record<string, Block>> = {
  'configuration keys': configKeys,
  'route keys': routeKeys,
  'limit keys': limitKeys,
  'stage keys': stageUseKeys,
  'guarded calls': operationRows,
  'case keys': caseKeys,
  commands: commandTable,
  metrics: metricsTable,
  ...errorBlocks,
  ...hostileBlocks,
  ...stageBlocks(),
  ...faultBlocks(),
};

export const generatedDocs = [
  'commands.md',
  'configuration.md',
  'errors.md',
  'faults.md',
  'hostile-input.md',
  'metrics.md',
  'policies.md',
] as const;

/** Names of all blocks; each must stand in some document. */
export const allBlocks: readonly string[] = Object.keys(blocks);

export interface Document {
  readonly file: string;
  /** As it is, and as it should be. */
  readonly present: string;
  readonly current: string;
}

export const documentOf = (name: string): Document => {
  const file = join(root, 'docs', name);
  const present = readFileSync(file, 'utf8');
  return { file, present, current: withBlocks(present, blocks) };
};
