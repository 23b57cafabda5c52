import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { createDecisionFile } from '../../src/adapters/decision-file.ts';
import type { Decision } from '../../src/core/decision.ts';
import { decisionSchema } from '../../src/core/decision.ts';
import { editorSchema } from '../../src/files/editor-schema.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { recordingLog, recordingMeters } from '../support/recording.ts';

const linesOf = async (file: string): Promise<Decision[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

test('every answer names its decision, which the admin page and the file tell, masked and as published', async (t) => {
  const folder = await writeFolder(t, {});
  const decisionFile = join(folder, 'decisions.jsonl');
  const gateway = await startTestGateway(t, {
    config: { log: { level: 'info', access: true, decisions: true, decisionFile } },
  });
  const { tokens, images, users, projects } = gateway.cloud.seed;
  const metadata = `${gateway.url}/v2/images/${images.resizing}/metadata`;
  const answers = [
    await call('POST', metadata, tokens.demo, { metadata: { label: 'Very Secret' } }),
    await call('POST', metadata, tokens.demo, { metadata: { auto_disk_config: 'FALSE' } }),
    await call('POST', metadata, undefined, { metadata: { label: 'Very Secret' } }),
    await call('GET', `${gateway.url}/v2/images%2fx?token=${tokens.demo}`, tokens.demo),
    await call('GET', `${gateway.url}/v2/limits`, tokens.demo),
  ];
  const ids = answers.map(({ headers }) => headers.get('x-policy-decision') ?? '');
  assert.equal(new Set(ids).size, answers.length);
  const { body } = await call('GET', `${gateway.adminUrl}/decisions`);
  const kept = (body as { decisions: Decision[] }).decisions.toReversed();
  assert.deepEqual(
    kept.map(({ id }) => id),
    ids,
  );
  assert.deepEqual(
    kept.map(({ outcome, fault }) => fault ?? outcome),
    ['pass', 'disk-config-guard/resizing', 'authenticate/no-token', 'gateway/bad-path', 'relay'],
  );
  const [passed, guarded] = kept;
  assert.equal(passed?.user, users.demo.id);
  assert.equal(passed?.project, projects.demo);
  assert.deepEqual(passed?.body, { metadata: { label: '***********' } });
  assert.deepEqual(guarded?.change, {
    set: [],
    changed: ['auto_disk_config'],
    removed: [],
    before: { auto_disk_config: 'True' },
  });

  const narrowed = await call('GET', `${gateway.adminUrl}/decisions?outcome=deny&most=1`);
  assert.deepEqual(
    (narrowed.body as { decisions: Decision[] }).decisions.map(({ id }) => id),
    [ids[3]],
  );
  assert.equal((await call('GET', `${gateway.adminUrl}/decisions?outcom=deny`)).status, 400);

  await gateway.stop(true);
  const written = await linesOf(decisionFile);
  assert.deepEqual(written, JSON.parse(JSON.stringify(kept)));
  const valid = new Ajv({ strict: false }).compile(editorSchema(decisionSchema));
  for (const decision of written) assert.ok(valid(decision), JSON.stringify(valid.errors));
  const everything = JSON.stringify([written, gateway.lines]);
  assert.ok(!everything.includes('Very Secret'));
  assert.ok(!everything.includes(tokens.demo));
});

const decision = { masked: () => ({ id: 'a' }) as Decision };

test('a decision file may be rotated by renaming it', async (t) => {
  const folder = await writeFolder(t, {});
  const path = join(folder, 'decisions.jsonl');
  const file = createDecisionFile({ path, meters: recordingMeters(), log: recordingLog() });
  file.add(decision);
  await file.close();
  await rename(path, join(folder, 'old.jsonl'));
  file.add(decision);
  file.add(decision);
  await file.close();
  assert.equal((await linesOf(join(folder, 'old.jsonl'))).length, 1);
  assert.equal((await linesOf(path)).length, 2);
});

test('what cannot be written is dropped and counted, told once, and writing goes on when it can', async (t) => {
  const folder = await writeFolder(t, {});
  const path = join(folder, 'there/decisions.jsonl');
  const meters = recordingMeters();
  const log = recordingLog();
  const file = createDecisionFile({ path, most: 5, meters, log });
  const dropped = () => meters.value('images_gateway_decisions_dropped_total');
  for (let count = 0; count < 5; count += 1) file.add(decision);
  await file.close();
  file.add(decision);
  await file.close();
  assert.equal(dropped(), 6);
  assert.equal(log.lines.length, 1);
  await mkdir(join(folder, 'there'));
  file.add(decision);
  await file.close();
  assert.equal(dropped(), 6);
  assert.equal((await linesOf(path)).length, 1);
  await rm(join(folder, 'there'), { recursive: true });
});
