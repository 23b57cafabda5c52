/** `images-gateway doctor`: what it prints, and with what code it ends. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startEchoOrigin } from '../../src/doctor/echo-origin.ts';
import { examineRow } from '../../src/doctor/examine.ts';
import { hostileSet } from '../../src/doctor/hostile-set.ts';
import { command } from '../support/command.ts';
import { writeFolder } from '../support/policy-folder.ts';

const config = `version: 1
listen: { host: 192.0.2.1, port: 80 }
upstreams: { compute: { url: "http://nova.example:8774", api: /v2 }, image: { url: "http://g.example", api: /v2 } }
lookups: { compute: compute, image: image }
identity: { kind: keystone-v3, url: "http://keystone.example", credential: { kind: caller } }
limits: { store: redis, url: "redis://redis.example" }
`;

const doctor = async (t: TestContext, policy: string, ...args: string[]) => {
  const folder = await writeFolder(t, { 'gateway.yaml': config, 'policies/a.yaml': policy });
  return command(['doctor', '--config', `${folder}/gateway.yaml`, ...args]);
};

const guarded = `version: 1
routes:
  - id: write
    match:
      operations: [image-metadata-merge, image-metadata-replace, image-metadata-item-set, image-metadata-item-delete]
    upstream: compute
    stages: [{ use: authenticate }, { use: authorize, with: { roles: [image-writer] } }, { use: disk-config-values }]
default: { upstream: compute, stages: [{ use: authenticate }] }
`;

test('a policy that guards what it should lets nothing through: 0, and nobody outside is asked', async (t) => {
  const { code, out, err } = await doctor(t, guarded);
  assert.equal(out, `${hostileSet.length} hostile requests: nothing got through\n`);
  assert.equal(err.includes('A sound write'), false, err);
  assert.equal(code, 0);
});

test('a policy that guards nothing: 1, and each is told with what the service behind saw', async (t) => {
  const { code, out } = await doctor(
    t,
    'version: 1\nroutes: []\ndefault: { upstream: compute, stages: [] }\n',
  );
  assert.equal(code, 1);
  assert.match(
    out,
    /^THROUGH Bodies: a name that stands twice \(200\)\n {4}POST \S+ HTTP\/1\.1 was run with "/m,
  );
  assert.match(out, /^ {4}see: RFC 8259/m);
  assert.match(out, /^THROUGH Tokens: no token/m);
  // What no policy can switch off.
  assert.doesNotMatch(
    out,
    /THROUGH (Paths|Framing|Headers|Connection|Method|Requests|Sizes)[^\n]*(?<!\bid .*)\n/,
  );
});

test('as JSON it tells every row', async (t) => {
  const { code, out } = await doctor(t, guarded, '--json');
  assert.equal(code, 0);
  const { sound, findings } = JSON.parse(out);
  assert.equal(sound, 'passed');
  assert.equal(findings.length, hostileSet.length);
  assert.deepEqual(Object.keys(findings[0]).slice(0, 4), ['family', 'name', 'expect', 'source']);
});

test('a policy that refuses the sound write too is told to show little', async (t) => {
  const { err } = await doctor(t, 'version: 1\nroutes: []\n');
  assert.match(err, /A sound write did not reach the service behind.*HTTP\/1\.1 404/);
});

test('settings or policies that do not load: 2', async (t) => {
  const { code, err } = await doctor(t, 'version: 1\nrouts: []\n');
  assert.equal(code, 2);
  assert.match(err, /a\.yaml:2:1: /);
});

test('it would see what gets through: without a gateway before it, the origin is hit by nearly all', async (t) => {
  const examine = async (row: (typeof hostileSet)[number]) => {
    const origin = await startEchoOrigin();
    t.after(() => origin.close());
    const subject = {
      url: origin.url,
      origin,
      token: () => 'token',
      from: () => undefined,
      patienceMs: 2000,
    };
    return examineRow(subject, row);
  };
  const findings = await Promise.all(hostileSet.map(examine));
  const through = findings.filter((finding) => finding.through !== undefined);
  assert.ok(through.length > hostileSet.length * 0.8, `${through.length} of ${hostileSet.length}`);
});
