/** What docs/policies.md and docs/faults.md say of the stages. */
import type { FaultSpec } from '../../../src/core/fault.ts';
import { gatewayFaults } from '../../../src/core/gateway-faults.ts';
import type { AnyStage } from '../../../src/core/stage.ts';
import { editorSchema } from '../../../src/files/editor-schema.ts';
import { stages } from '../../../src/stages/index.ts';
import { table, tableRows } from './blocks.ts';
import { code, keyCells, keyHead, keyRows } from './schema-rows.ts';

const factWords = {
  identity: 'the caller (`authenticate` before it)',
  order: 'its turn (`write-order` before it)',
  body: 'the body',
  intent: 'a guarded call (a route with `operations`)',
} as const;

/** One stage for operators: what it does, needs and gives, its options, and how it refuses. */
export const stageBlock = (stage: AnyStage): string => {
  const rows = keyRows(editorSchema(stage.options));
  const needs = stage.reads.map((fact) => factWords[fact]).join(', ') || 'nothing';
  const faults = Object.entries(stage.faults).map(([name, { status }]) => `${code(name)} (${status})`);
  return [
    stage.summary,
    `Needs: ${needs}.`,
    rows.length === 0 ? 'It has no options.' : table(keyHead, rows.map(keyCells)),
    `Refuses with ${faults.join(', ')}; see [faults](faults.md#${stage.name}).`,
  ].join('\n\n');
};

export const stageBlocks = (): Record<string, () => string> =>
  Object.fromEntries(stages.map((stage) => [`stage ${stage.name}`, () => stageBlock(stage)]));

/** The word in place of what a person has yet to write. */
export const unwritten = 'TODO';

/** Faults with what a caller can do about each: that is written by people, and kept. */
const faultTable = (owner: string, faults: Readonly<Record<string, FaultSpec>>, present: string): string => {
  const written = new Map(tableRows(present).map((cells) => [cells[0], cells.at(-1)]));
  return table(
    ['Code', 'Status', 'Fault', 'When', 'What the caller can do'],
    Object.entries(faults).map(([name, { status, name: wire, when }]) => {
      const id = code(`${owner}/${name}`);
      return [id, String(status), code(wire), when, written.get(id) ?? unwritten];
    }),
  );
};

export const faultBlocks = (): Record<string, (present: string) => string> => ({
  'faults of the gateway': (present) => faultTable('gateway', gatewayFaults, present),
  ...Object.fromEntries(
    stages.map(({ name, faults }) => [
      `faults of ${name}`,
      (present: string) => faultTable(name, faults, present),
    ]),
  ),
});
