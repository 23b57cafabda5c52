/**
 * How long `images-gateway replay` takes, and what memory: `node bench/replay.ts [DECISIONS]`, a million by default.
 * The records are those of a gateway that answered real requests of every kind, written again and again with other
 * ids, times, users and projects.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { cpuNanoseconds, endWithUs, memoryOf, start, untilListening } from './child.ts';

const root = join(import.meta.dirname, '..');
const gateway = [process.execPath, join(root, 'src/main.ts')];
const wanted = Number(process.argv[2] ?? 1_000_000);
/** Projects among which the requests are spread, with a user each. */
const projects = 5000;

const member = 'f064c46a782c444cb4ba4b6434288f7c';
const reader = '33333333333333333333333333333333';
const ubuntu = 'd42f821e-c2d1-4796-9f07-af5ed7912d0e';
const resizing = 'd0000000-0000-4000-8000-000000000002';
const disabled = 'd0000000-0000-4000-8000-000000000003';
const server = '5e000000-0000-4000-8000-000000000001';

/** How often of a hundred, who, what: reads above all, then writes that pass, then each refusal. */
const mixture: readonly (readonly [number, string | undefined, string, string, unknown?])[] = [
  [26, member, 'GET', '/v2.1/servers'],
  [14, reader, 'GET', '/v2/images'],
  [10, member, 'GET', `/v2/images/${ubuntu}/metadata`],
  [20, member, 'POST', `/v2/images/${ubuntu}/metadata`, { metadata: { Label: 'one', Owner: 'John, Doe' } }],
  [6, member, 'PUT', `/v2/images/${ubuntu}/metadata/label`, { meta: { label: 'two' } }],
  [4, member, 'DELETE', `/v2/images/${ubuntu}/metadata/no-such-key`],
  [4, member, 'POST', `/v2/servers/${server}/action`, { reboot: { type: 'SOFT' } }],
  [4, member, 'POST', `/v2/images/${resizing}/metadata`, { metadata: { auto_disk_config: 'FALSE' } }],
  [3, member, 'POST', `/v2/images/${disabled}/metadata`, { metadata: { auto_disk_config: 'TRUE' } }],
  [2, member, 'POST', `/v2/images/${ubuntu}/metadata`, { metadata: { auto_disk_config: 'DISABLED' } }],
  [2, reader, 'POST', `/v2/images/${ubuntu}/metadata`, { metadata: { label: 'three' } }],
  [2, undefined, 'GET', '/v2.1/servers'],
  [2, 'no-such-token', 'GET', '/v2/images'],
  [1, member, 'PATCH', `/v2/images/${ubuntu}`, [{ op: 'add', path: '/label', value: 'four' }]],
];

type Decision = Readonly<Record<string, unknown>> & { readonly user?: string; readonly project?: string };

/** A decision for each kind of request, as a gateway kept it. */
const record = async (folder: string): Promise<readonly Decision[]> => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const log = join(folder, 'demo.log');
  const demo = start([...gateway, 'demo', '--port', `${port}`, '--admin-port', `${adminPort}`], {}, log);
  await untilListening(port, log, 60_000);
  const found: Decision[] = [];
  for (const [, token, method, path, body] of mixture) {
    const patch = method === 'PATCH' ? 'application/openstack-images-v2.1-json-patch' : 'application/json';
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { 'X-Auth-Token': token }),
        ...(body !== undefined && { 'Content-Type': patch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await answer.arrayBuffer();
    const id = answer.headers.get('x-policy-decision') ?? '';
    const told = await fetch(`http://127.0.0.1:${adminPort}/decisions?id=${id}`);
    const [decision] = ((await told.json()) as { readonly decisions: readonly Decision[] }).decisions;
    if (decision === undefined) throw new Error(`no decision was kept of ${method} ${path}`);
    found.push(decision);
  }
  await demo.stop();
  return found;
};

/** Writes the records in turn, by their share, fifty requests a second. */
const spread = async (records: readonly Decision[], file: string): Promise<void> => {
  const turns = mixture.flatMap(([share], index) => new Array<number>(share).fill(index));
  const out = createWriteStream(file);
  const began = Date.UTC(2026, 10, 23);
  for (let from = 0; from < wanted; from += 1000) {
    let text = '';
    for (let number = from; number < Math.min(from + 1000, wanted); number += 1) {
      // 37 has no divisor in common with a hundred, so that the kinds come mixed and each as often as it should.
      const decision = records[turns[(number * 37) % turns.length] ?? 0] ?? {};
      const who = (number * 7919) % projects;
      const own = {
        id: number.toString(16).padStart(32, '0'),
        time: new Date(began + number * 20).toISOString(),
        request: `req-${number}`,
        ...(decision.user !== undefined && { user: `user-${who}` }),
        ...(decision.project !== undefined && { project: `project-${who}` }),
      };
      text += `${JSON.stringify({ ...decision, ...own })}\n`;
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
};

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly said: string;
}

const replay = async (file: string, policies: string): Promise<Cost> => {
  const began = performance.now();
  const [command = '', ...args] = [...gateway, 'replay', file, '--policies', policies];
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  endWithUs(child);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const cost = { cpuSeconds: 0, peakMiB: 0 };
  const look = setInterval(async () => {
    const pid = child.pid ?? 0;
    const seen = await Promise.all([cpuNanoseconds(pid), memoryOf(pid)]).catch(() => undefined);
    if (seen === undefined) return;
    cost.cpuSeconds = Math.max(cost.cpuSeconds, seen[0] / 1e9);
    cost.peakMiB = Math.max(cost.peakMiB, seen[1].peak);
  }, 250);
  await once(child, 'close');
  clearInterval(look);
  return { ...cost, seconds: (performance.now() - began) / 1000, said };
};

const folder = await mkdtemp(join(tmpdir(), 'images-gateway-replay-'));
try {
  const file = join(folder, 'decisions.jsonl');
  await spread(await record(folder), file);
  const megabytes = (await stat(file)).size / 1e6;
  const [cpu] = cpus();
  console.log(
    `${wanted} decisions, ${megabytes.toFixed(0)} MB; ${cpus().length} cores (${cpu?.model}), Node.js ${process.version}`,
  );
  for (const policies of ['policies', 'policies/examples/rackspace']) {
    const { seconds, cpuSeconds, peakMiB, said } = await replay(file, policies);
    const figures = `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, at most ${peakMiB.toFixed(0)} MiB`;
    console.log(`${policies}: ${figures}: ${said.split('\n', 1)[0]}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
