/** docs/faults.md against the tables of faults, both ways. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultSpec } from '../../src/core/fault.ts';
import { gatewayFaults } from '../../src/core/gateway-faults.ts';
import { stages } from '../../src/stages/index.ts';
import { tableRows } from '../support/docs/blocks.ts';
import { unwritten } from '../support/docs/stages.ts';
import { markdownFile } from '../support/markdown.ts';
import { sourceFiles } from '../support/source-files.ts';

const documented = tableRows(markdownFile('docs/faults.md'));

const declared = [
  ...Object.entries<FaultSpec>(gatewayFaults).map(([name, spec]) => [`gateway/${name}`, spec] as const),
  ...stages.flatMap((stage) =>
    Object.entries(stage.faults).map(([name, spec]) => [`${stage.name}/${name}`, spec] as const),
  ),
];

test('every fault is documented with its status, its name and when it happens, and no others are', () => {
  assert.deepEqual(
    documented.map(([code, status, fault, when]) => [code, status, fault, when]).sort(),
    declared
      .map(([code, { status, name, when }]) => [`\`${code}\``, String(status), `\`${name}\``, when])
      .sort(),
  );
});

test('every fault says what the caller can do', () => {
  const without = documented.filter(([, , , , advice = '']) => advice === unwritten || advice.length < 10);
  assert.deepEqual(
    without.map(([code]) => code),
    [],
  );
});

test('every fault of the gateway is answered somewhere', () => {
  const text = sourceFiles('src')
    .filter(({ path }) => path !== 'src/core/gateway-faults.ts')
    .map((file) => file.text)
    .join('\n');
  assert.deepEqual(
    Object.keys(gatewayFaults).filter((name) => !text.includes(`'${name}'`)),
    [],
  );
});

test('a fault has one status wherever stages share its name', () => {
  const statuses = new Map<string, Set<number>>();
  for (const [code, { status }] of declared) {
    const name = code.split('/')[1] ?? '';
    statuses.set(name, (statuses.get(name) ?? new Set()).add(status));
  }
  assert.deepEqual(
    [...statuses].filter(([, several]) => several.size > 1).map(([name]) => name),
    [],
  );
});
