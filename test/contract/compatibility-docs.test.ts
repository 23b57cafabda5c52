import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { gatewayFaults } from '../../src/core/gateway-faults.ts';
import { stages } from '../../src/stages/index.ts';
import { explained, refusals } from '../openstack/exchanges/differences.ts';
import { exchangeGroups } from '../openstack/exchanges/index.ts';
import {
  recordedByChance,
  recordedExplained,
  recordedRefusals,
} from '../openstack/exchanges/recorded-differences.ts';
import { readSection, row } from '../openstack/support/report.ts';
import { shown } from '../openstack/support/transparent-section.ts';
import { recordedExchanges } from '../support/recorded/recorded-exchange.ts';

const page = readSection('transparent') ?? '';

test('docs/compatibility.md has a row for every request that is compared, and for no other', () => {
  for (const { title, exchanges } of exchangeGroups) {
    const from = page.indexOf(`### ${title}`);
    assert.notEqual(from, -1, `the page has the part "${title}"; run npm run test:openstack`);
    const rows = page
      .slice(from)
      .split('\n\n')[1]
      ?.split('\n')
      .slice(2)
      .map((line) => line.split(' | ').slice(0, 2).join(' | '));
    const wanted = exchanges.map(({ name, method }) => row(shown(name), method).replace(/ \|$/, ''));
    assert.deepEqual(rows, wanted, `the rows of "${title}"; run npm run test:openstack`);
  }
});

test('docs/compatibility.md has a row for every recorded request to Nova and Glance', () => {
  const rows = (readSection('recorded') ?? '')
    .split('### Every recorded request')[1]
    ?.trim()
    .split('\n')
    .slice(2);
  const recorded = recordedExchanges().flatMap((each) =>
    'settle' in each || each.answer === undefined || each.service === 'identity' ? [] : [each.name],
  );
  assert.deepEqual(
    rows?.map((line) => line.split(' | ')[0]?.slice(2)),
    recorded,
    'run npm run test:openstack',
  );
  const declared = [
    ...Object.values(recordedRefusals).flat(),
    ...Object.keys(recordedExplained),
    ...Object.keys(recordedByChance),
  ];
  assert.equal(new Set(declared).size, declared.length, 'declared once');
  for (const name of declared) assert.ok(recorded.includes(name), `there is a recorded request "${name}"`);
});

test('every declared difference names a request of the set, once, and a refusal that the gateway has', () => {
  const known = new Set(exchangeGroups.flatMap(({ exchanges }) => exchanges.map(({ name }) => name)));
  const declared = [...Object.values(refusals).flat(), ...Object.keys(explained)];
  assert.equal(new Set(declared).size, declared.length, 'declared once');
  for (const name of declared) assert.ok(known.has(name), `there is a request "${name}"`);
  const codes = new Set([
    ...Object.keys(gatewayFaults).map((name) => `gateway/${name}`),
    ...stages.flatMap((stage) => Object.keys(stage.faults).map((name) => `${stage.name}/${name}`)),
  ]);
  for (const code of Object.keys({ ...refusals, ...recordedRefusals }))
    assert.ok(codes.has(code), `the gateway has the refusal ${code}`);
});

test('what people see who are refused stands in the page, for each status', () => {
  const clients = readSection('clients') ?? '';
  for (const status of [400, 401, 403, 409, 413, 502, 503])
    assert.match(clients, new RegExp(`^${status}, `, 'm'));
});

test('each refusal that people see has its picture in docs/terminal, and no picture is left over', () => {
  const shownIn = [...(readSection('clients') ?? '').matchAll(/\]\((terminal\/[^)]+\.svg)\)/g)].map(
    ([, path]) => path,
  );
  const folder = new URL('../../docs/terminal/', import.meta.url);
  assert.deepEqual(
    readdirSync(folder)
      .map((file) => `terminal/${file}`)
      .sort(),
    shownIn.sort(),
  );
  for (const status of [401, 403, 409, 413, 503])
    assert.ok(
      shownIn.some((path) => path?.startsWith(`terminal/${status}-`)),
      `a picture of ${status}`,
    );
});
