import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { catalogueAt, catalogueDirect } from './support/catalogue.ts';
import { clientsSection, plain, type Ran, type Refused } from './support/clients-section.ts';
import { expectCall, newImage } from './support/cloud.ts';
import { type GatewayOptions, startLabGateway } from './support/gateway.ts';
import { lab } from './support/lab.ts';
import { novaclient } from './support/novaclient.ts';
import { writeSection } from './support/report.ts';
import { act, newServer, resizeTo, settled } from './support/servers.ts';
import { onTerminal, openstack, packageVersions, type Shown } from './support/terminal.ts';
import { tokenOf, type UserName } from './support/users.ts';

const ran: Ran[] = [];
const refused: Refused[] = [];
/** Tests that came to their end. */
let passed = 0;

/** What a person does in a day, `{image}` and `{server}` being their own. */
const commands = [
  'token issue -c expires',
  'image list --name {name}',
  'image show {image}',
  'image set --property os_type=linux --property auto_disk_config=TRUE {image}',
  'image show {image} -c properties',
  'image unset --property os_type {image}',
  'image unset --property nosuch {image}',
  'image set --name {name} --tag blue {image}',
  'flavor list',
  'server create --image {image} --flavor m1.tiny --wait {name}',
  'server list --name {name}',
  'server show {name}',
  'server resize --flavor m1.small --wait {name}',
  'server resize confirm {name}',
  'server resize --flavor m1.tiny --wait {name}',
  'server resize revert {name}',
  'server delete --wait {name}',
  'limits show --absolute',
  'image delete {image}',
] as const;

/** Runs all commands one after another, on an image of its own. */
const session = async (name: string): Promise<readonly Shown[]> => {
  await using image = await newImage({ name });
  const shown: Shown[] = [];
  for (const command of commands) {
    const line = command.replace('{image}', image.id).replaceAll('{name}', name);
    shown.push(await openstack(line));
    const resized = /^server resize (confirm|revert)/.exec(line);
    if (resized !== null) await idle(name);
  }
  return shown;
};

/** Confirming and reverting go on for a moment after the command has ended. */
const idle = async (name: string): Promise<void> => {
  const { json } = await expectCall(200, lab().nova, 'GET', `/v2.1/servers?name=${name}`);
  await settled(json.servers[0].id, 'ACTIVE');
};

test('the openstack client does the same through the gateway as without it', async () => {
  await catalogueDirect();
  const direct = await session('cli-session-a');
  await using gateway = await startLabGateway();
  await using _catalogue = await catalogueAt(gateway.url);
  const through = await session('cli-session-b');
  const neutral = ({ text }: Shown) => plain(text.replaceAll(/cli-session-[ab]/g, '{name}'));
  for (const [at, command] of commands.entries()) {
    const [one, other] = [direct[at] as Shown, through[at] as Shown];
    ran.push({
      command: `openstack ${command}`,
      direct: one.exit,
      through: other.exit,
      sameText: neutral(one) === neutral(other),
    });
    assert.deepEqual([other.exit, neutral(other)], [one.exit, neutral(one)], command);
  }
  const paths = gateway
    .lines()
    .filter(({ kind }) => kind === 'access')
    .map((line) => `${line['http.request.method']} ${line['url.path']}`);
  for (const wanted of [
    /^PATCH \/v2\/images\//,
    /^POST \/v2.1\/servers$/,
    /^POST \/v2.1\/servers\/.*\/action$/,
  ]) {
    assert.ok(
      paths.some((path) => wanted.test(path)),
      `the client went through the gateway: ${wanted}`,
    );
  }
  passed++;
});

test('limits show --rate prints the limits of the gateway', async () => {
  await catalogueDirect();
  const direct = await openstack('limits show --rate');
  await using gateway = await startLabGateway({ limits: true });
  await using _catalogue = await catalogueAt(gateway.url);
  const { exit, text } = await openstack('limits show --rate');
  const command = 'openstack limits show --rate';
  ran.push({ command, direct: direct.exit, through: exit, sameText: text === direct.text });
  assert.doesNotMatch(direct.text, /image-metadata-write/);
  assert.match(text, /\| ALL +\| image-metadata-write +\| +20 \| +20 \| MINUTE/);
  passed++;
});

/** A refusal as it looks in the terminal: our sentence must be in it, whole. */
const sees = async (
  status: number,
  why: string,
  sentence: RegExp,
  command: string,
  run: Promise<Shown>,
): Promise<void> => {
  const { text } = await run;
  assert.match(text, sentence, command);
  refused.push({ status, why, command, text });
};

test("novaclient's Python API does the same through the gateway, and raises our sentence", async () => {
  await using image = await newImage({ auto_disk_config: 'True' });
  await using server = await newServer(image.id);
  const path = `/images/${image.id}/metadata`;
  const lines = [
    `print(nova.client.post('${path}', body={'metadata': {'a': '1'}})[1])`,
    `print(nova.client.put('${path}/a', body={'meta': {'a': '2'}})[1])`,
    `print(nova.client.get('${path}')[1])`,
    `print(nova.client.put('${path}', body={'metadata': {'auto_disk_config': 'True', 'b': '3'}})[1])`,
    `print(nova.client.delete('${path}/b')[0].status_code)`,
    `print(nova.servers.get('${server.id}').status)`,
    'print([(f.name, f.vcpus) for f in nova.flavors.list()])',
  ];
  await catalogueDirect();
  const direct = await novaclient(lines);
  assert.equal(direct.exit, 0, direct.text);
  await using gateway = await startLabGateway({ limits: true });
  await using _catalogue = await catalogueAt(gateway.url);
  const through = await novaclient(lines);
  const sameText = through.text === direct.text;
  for (const line of lines)
    ran.push({ command: `novaclient: ${line}`, direct: direct.exit, through: through.exit, sameText });
  assert.deepEqual(through, direct);

  // Told apart from a Nova that knows no versions by the answer's head, of which novaclient warns.
  const rates = ['print(sorted({(r.verb, r.value, r.unit) for r in nova.limits.get().rate}))'];
  const limits = await novaclient(rates, '2.57');
  assert.match(limits.text, /\('ALL', 20, 'MINUTE'\)/);
  assert.doesNotMatch(limits.text, /does not support microversions/);

  await act(lab().nova, server.id, resizeTo('2'));
  await settled(server.id, 'VERIFY_RESIZE');
  const change = `nova.client.put('${path}/auto_disk_config', body={'meta': {'auto_disk_config': 'FALSE'}})`;
  const conflict =
    /novaclient\.exceptions\.Conflict: auto_disk_config cannot be changed now: .* \(HTTP 409\)/;
  const why = "the same by novaclient's Python API";
  await sees(409, why, conflict, `python3 -c "… ${change}"`, novaclient([change]));
  passed++;
});

const withGateway = async (
  options: GatewayOptions,
  use: (
    url: string,
    cli: (status: number, why: string, sentence: RegExp, line: string, as?: UserName) => Promise<void>,
  ) => Promise<void>,
): Promise<void> => {
  await using gateway = await startLabGateway(options);
  await using _catalogue = await catalogueAt(gateway.url);
  await use(gateway.url, (status, why, sentence, line, as) =>
    sees(status, why, sentence, `openstack ${line}`, openstack(line, as)),
  );
};

const nobody = Object.fromEntries(
  ['USERNAME', 'PASSWORD', 'PROJECT_NAME', 'USER_DOMAIN_NAME', 'PROJECT_DOMAIN_NAME', 'AUTH_URL'].map(
    (name) => [`OS_${name}`, undefined],
  ),
);

test('whoever is refused reads our sentence in the terminal', async () => {
  await using image = await newImage({ name: 'refused' });
  await using server = await newServer(image.id);
  await act(lab().nova, server.id, resizeTo('2'));
  await settled(server.id, 'VERIFY_RESIZE');
  await withGateway({}, async (url, cli) => {
    const line = `--os-auth-type admin_token --os-endpoint ${url}/v2.1 --os-token nonsense server list`;
    const unknown = /^The token in X-Auth-Token is not valid: .* \(HTTP 401\)/;
    await sees(401, 'an unknown token', unknown, `openstack ${line}`, openstack(line, 'demo', nobody));
    const set = `image set --property`;
    await cli(400, 'a wrong value', /must be TRUE or FALSE\.$/, `${set} auto_disk_config=maybe ${image.id}`);
    await cli(403, 'a reader', /needs one of the roles member, admin/, `${set} a=b ${image.id}`, 'reader');
    const resizing = new RegExp(`being resized \\(${server.id} VERIFY_RESIZE\\)\\. Confirm or revert`);
    await cli(409, 'a server in resize', resizing, `${set} auto_disk_config=TRUE ${image.id}`);
    const body = '{"metadata": {"auto_disk_config": "TRUE"}}';
    const words = ['-sS', '-i', '-X', 'POST', '-H', 'Content-Type: application/json', '-d', body];
    const target = `${url}/v2.1/images/${image.id}/metadata`;
    const token = ['-H', `X-Auth-Token: ${await tokenOf('demo')}`];
    const curl = onTerminal('/usr/bin/curl', [...words, ...token, target]);
    const shown = `curl -i -X POST -H 'Content-Type: application/json' -H "X-Auth-Token: $TOKEN" -d '${body}' ${target}`;
    await sees(409, 'the same by curl', resizing, shown, curl);
  });
  const few = (name: string) => (policy: string) =>
    policy.replace(new RegExp(`(name: ${name}, .*?points: )\\d+`), '$11');
  await withGateway({ limits: true, policy: few('project-writes') }, async (_url, cli) => {
    assert.equal((await openstack(`image set --property a=1 ${image.id}`)).exit, 0);
    const over = /Over the limit of 1 write per minute for this project\. Retry after \d+ seconds?\./;
    await cli(413, 'the limit of the project', over, `image set --property a=2 ${image.id}`);
    await cli(413, 'the same by novaclient', over, `server set --name x ${server.id}`);
  });
  await withGateway({ limits: true, policy: few('all-calls') }, async (_url, cli) => {
    await openstack('server list');
    const over = /The service is at its limit of 1 request per minute for all callers together\./;
    await cli(503, 'the limit of all callers', over, 'server list');
  });
  await withGateway({ glance: 'http://127.0.0.1:9' }, async (_url, cli) => {
    await cli(
      502,
      'Glance is down',
      /502: Server Error.*The service behind the gateway cannot be reached/,
      'image list',
    );
  });
  passed++;
});

after(async () => {
  // A part of the tests is no page.
  if (passed !== 4) return;
  const versions = await packageVersions(
    'python3-openstackclient',
    'python3-openstacksdk',
    'python3-novaclient',
  );
  writeSection('clients', clientsSection(versions, ran, refused));
});
