/** The status page in a real browser, in front of a real gateway. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { Secret } from '../../src/core/secret.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { artefacts, openPage } from '../support/browser.ts';
import { call, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { writeInto } from '../support/policy-folder.ts';
import { lettered, rolloutFolder, startRollout } from '../support/rollout.ts';

const run = promisify(execFile);
const { tokens, images, projects } = seedIds;

const policies = join(import.meta.dirname, '../../policies');

const metadata = ({ url }: TestGateway, id: string): string => `${url}/v2/images/${id}/metadata`;

/** A refusal made as a person would make it. */
const refuseByCurl = async (gateway: TestGateway): Promise<void> => {
  const body = '{"metadata":{"auto_disk_config":"FALSE"}}';
  const headers = ['-H', `X-Auth-Token: ${tokens.demo}`, '-H', 'Content-Type: application/json'];
  const quiet = ['-s', '-o', '/dev/null', '-w', '%{http_code}'];
  const { stdout } = await run('curl', [
    ...quiet,
    ...headers,
    '-d',
    body,
    metadata(gateway, images.resizing),
  ]);
  assert.equal(stdout, '409');
};

/** Some of everything, so that the pictures show a gateway at work. */
const traffic = async (gateway: TestGateway): Promise<void> => {
  for (let round = 0; round < 8; round++) {
    await call('GET', `${gateway.url}/v2/images`, tokens.demo);
    await call('POST', metadata(gateway, images.ubuntu), tokens.demo, { metadata: { label: 'n' } });
    await call('POST', metadata(gateway, images.ubuntu), tokens.demo, { metadata: { label: 1 } });
    if (round % 3 === 0) await call('GET', `${gateway.url}/v2/images`, 'nobody-has-this-token');
  }
};

const brokenPolicies = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-policies-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(join(import.meta.dirname, '../../policies'), folder, { recursive: true });
  return folder;
};

test('a refusal made by curl appears within two seconds, and leads to its record', async (t) => {
  const gateway = await startTestGateway(t);
  const page = await openPage(t);
  await page.goto(gateway.adminUrl);
  await page.getByText('All is well').waitFor();
  await traffic(gateway);

  await refuseByCurl(gateway);
  const made = performance.now();
  const row = page.locator('#refusals tr', { hasText: 'disk-config-guard/resizing' });
  await row.waitFor({ timeout: 2000 });
  assert.ok(performance.now() - made < 2000);
  await page.locator('#faults tr', { hasText: 'resizing' }).waitFor();
  await page.screenshot({ path: join(artefacts, 'status-page.png'), fullPage: true });

  // The keyboard alone: the button is reached, opens the record, and Escape comes back to it.
  const button = row.getByRole('button', { name: /Record of disk-config-guard\/resizing/ });
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Refusal' });
  await dialog.getByText(`/v2/images/${images.resizing}/metadata`).waitFor();
  await dialog.getByText('authenticate', { exact: true }).waitFor();
  await page.screenshot({ path: join(artefacts, 'status-record.png') });
  // What the record says to type leads to the whole judgement.
  const typed = (await dialog.locator('#explain').textContent()) ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-explain-'));
  t.after(() => rm(folder, { recursive: true }));
  const main = join(import.meta.dirname, '../../src/main.ts');
  const asTyped = typed.replace(
    'images-gateway explain',
    `"${process.execPath}" ${main} explain --policies ${policies}`,
  );
  const { stdout } = await run('bash', ['-ec', asTyped], { cwd: folder });
  assert.match(stdout, /^decided by +disk-config-guard at /m);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await button.evaluate((element) => element === element.ownerDocument.activeElement), true);
  assert.deepEqual(page.complaints, []);
});

test('charts, tables and states have names for screen readers', async (t) => {
  const gateway = await startTestGateway(t);
  await traffic(gateway);
  const page = await openPage(t);
  await page.goto(gateway.adminUrl);
  for (const name of ['Requests', 'Refused', 'Server errors', 'Mean time'])
    await page.getByRole('img', { name: new RegExp(`^${name}: now .* in ten minutes$`) }).waitFor();
  for (const name of ['Health', 'Last ten minutes', 'Latest refusals', 'Limits closest to full'])
    await page.getByRole('region', { name }).waitFor();
  const limited = page.getByRole('region', { name: 'Limits closest to full' });
  await limited.getByText(`project:${projects.demo}`).first().waitFor();
  await limited.getByRole('meter', { name: '16 of 20' }).waitFor();
  await page.getByRole('meter', { name: /^metadata-schema\/invalid: \d+ %$/ }).waitFor();
  assert.equal(await page.getByRole('status').textContent(), 'All is well');
});

test('a policy that does not load and a cloud that is gone are told in words, in the dark too', async (t) => {
  const policies = await brokenPolicies(t);
  const gateway = await startTestGateway(t, { config: { policies: { dir: policies } } });
  const page = await openPage(t, { colorScheme: 'dark', width: 420 });
  await page.goto(gateway.adminUrl);
  await appendFile(join(policies, 'images.yaml'), '\nroute: []\n');
  await gateway.reload();
  await page.getByText('The last change of the policies was not loaded').waitFor();
  await page.getByText(/images\.yaml:\d+:\d+: /).waitFor();
  await gateway.cloud.close();
  await call('GET', metadata(gateway, images.ubuntu), tokens.demo);
  await call('GET', `${gateway.url}/v2/images`, tokens.demo);
  await page.getByText(/^Needs a look: .*Policy/).waitFor();
  await page.screenshot({ path: join(artefacts, 'status-page-dark.png'), fullPage: true });
  const wider = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
  assert.equal(wider, false, 'nothing sticks out of a narrow window');
});

test('a candidate is shown beside the current revision: who gets it, and how both fare', async (t) => {
  const gateway = await startRollout(t, await rolloutFolder(t));
  const page = await openPage(t);
  await page.goto(gateway.adminUrl);
  await page.getByText('All is well').waitFor();
  const region = page.getByRole('region', { name: 'A second revision for some projects' });
  assert.equal(await region.count(), 0);
  await gateway.admin('POST', `/rollout?from=next&percent=0&project=${seedIds.projects.other}`);
  for (const token of [tokens.demo, tokens.other, tokens.other]) await gateway.judge(token);
  const { revision, rollout } = await gateway.status();
  const table = region.getByRole('table', { name: 'A second revision for some projects' });
  await table.getByRole('row', { name: `Current ${revision} 1 1 (100 %) 0 (0 %) 0 (0 %)` }).waitFor();
  const candidate = `Candidate ${rollout?.revision} 2 2 (100 %) 0 (0 %) 0 (0 %)`;
  await table.getByRole('row', { name: candidate }).waitFor();
  await table.getByRole('rowheader', { name: `Candidate ${rollout?.revision}` }).waitFor();
  const told = (await region.textContent()) ?? '';
  assert.match(told, new RegExp(`Revision ${rollout?.revision} was staged from next at `));
  assert.match(
    told,
    new RegExp(`requests of 1 named project \\(${seedIds.projects.other}\\) and of 0 % of all projects\\.`),
  );
  await page.screenshot({ path: join(artefacts, 'status-rollout.png'), fullPage: true });
  await gateway.admin('POST', '/rollout/promote');
  await page.getByText(`the policy folder holds ${revision}`).waitFor();
  await gateway.admin('POST', '/rollout/take-back');
  await page.getByText(`the policy folder holds ${revision}`).waitFor({ state: 'detached' });
  assert.equal(await region.count(), 0);
  assert.deepEqual(page.complaints, []);
});

test('a last good policy that serves in place of the folder is told in words, until the folder is mended', async (t) => {
  const base = await rolloutFolder(t);
  const dir = join(base, 'policies');
  const config = { policies: { dir, lastGood: join(base, 'state/last-good.bundle') } };
  await (await startRollout(t, base, { config })).stop(true);
  await appendFile(join(dir, 'a.yaml'), 'nonsense: true\n');
  const gateway = await startRollout(t, base, { config });
  const page = await openPage(t, { colorScheme: 'dark', width: 420 });
  await page.goto(gateway.adminUrl);
  await page.getByText('Needs a look: Policy').waitFor();
  await page.getByText('the last good policy serves', { exact: true }).waitFor();
  const alert = page.getByRole('alert');
  await alert.getByRole('heading', { name: /^The policy folder does not load: the last good/ }).waitFor();
  await alert.getByText(/a\.yaml:\d+:\d+: .*nonsense/).waitFor();
  await page.screenshot({ path: join(artefacts, 'status-last-good.png'), fullPage: true });
  await writeInto(dir, lettered('C'));
  assert.ok((await gateway.reload()).ok);
  await page.getByText('All is well').waitFor();
  assert.equal(await alert.count(), 0);
  assert.deepEqual(page.complaints, []);
});

test('where a token is asked for, the page asks for it and keeps it to itself', async (t) => {
  const gateway = await startTestGateway(t, {
    config: { admin: { host: '127.0.0.1', port: 0, token: new Secret('open-sesame') } },
  });
  const page = await openPage(t);
  await page.goto(gateway.adminUrl);
  await page.getByLabel('Admin token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('The admin token is needed').waitFor();
  await page.getByLabel('Admin token').fill('open-sesame');
  await page.keyboard.press('Enter');
  await page.getByText('All is well').waitFor();
  const kept = await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])');
  assert.equal(kept, '[{},{},""]');
});

test('what a client writes into a path stays text', async (t) => {
  const gateway = await startTestGateway(t);
  const page = await openPage(t);
  await page.goto(gateway.adminUrl);
  await fetch(`${gateway.url}/v2/images/%3Cimg%20src=x%20onerror=alert(1)%3E/metadata`);
  await page.locator('#refusals tr', { hasText: '/metadata' }).first().waitFor();
  assert.equal(await page.locator('#refusals img').count(), 0);
  assert.deepEqual(page.complaints, []);
});
