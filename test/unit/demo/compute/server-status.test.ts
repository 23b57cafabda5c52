import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { statusFilter, statusFromState } from '../../../../src/demo/compute/server-status.ts';

test('the status of a state', () => {
  const rows = [
    ['active', undefined, 'ACTIVE'],
    ['active', 'resize_migrating', 'RESIZE'],
    ['stopped', 'resize_prep', 'RESIZE'],
    ['resized', undefined, 'VERIFY_RESIZE'],
    ['resized', 'resize_confirming', 'VERIFY_RESIZE'],
    ['resized', 'resize_reverting', 'REVERT_RESIZE'],
    ['nonsense', undefined, 'UNKNOWN'],
  ] as const;
  for (const [vmState, taskState, status] of rows) assert.equal(statusFromState(vmState, taskState), status);
});

test('a status that is no default is found by its task states alone', () => {
  const filter = statusFilter(['RESIZE', 'REVERT_RESIZE']);
  assert.ok(filter?.('active', 'resize_prep'));
  assert.ok(filter?.('resized', 'resize_reverting'));
  assert.ok(!filter?.('resized', undefined));
  assert.ok(!filter?.('active', undefined));
  assert.ok(!filter?.('error', 'resize_prep'));
});

test('one default status among several drops the task states for all of them', () => {
  const filter = statusFilter(['RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE']);
  for (const vmState of ['active', 'stopped', 'resized']) {
    for (const task of [undefined, 'rebooting']) assert.ok(filter?.(vmState, task), `${vmState} ${task}`);
  }
  assert.ok(!filter?.('error', undefined));
});

test('a filter never misses a server that has one of the statuses asked for', () => {
  const vmState = fc.constantFrom('active', 'stopped', 'resized', 'error', 'building', 'paused');
  const taskState = fc.constantFrom(
    undefined,
    'resize_prep',
    'resize_finish',
    'resize_reverting',
    'rebuilding',
  );
  const status = fc.constantFrom<string[]>(
    'ACTIVE',
    'RESIZE',
    'VERIFY_RESIZE',
    'REVERT_RESIZE',
    'ERROR',
    'REBUILD',
    'SHUTOFF',
  );
  fc.assert(
    fc.property(vmState, taskState, fc.array(status, { minLength: 1 }), (vm, task, asked) => {
      if (asked.includes(statusFromState(vm, task))) assert.ok(statusFilter(asked)?.(vm, task));
    }),
  );
});
