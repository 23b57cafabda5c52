import { inertPorts } from '../compose/inert-ports.ts';
import { loadSnapshot } from '../compose/load-snapshot.ts';
import { startGateway } from '../compose.ts';
import { loadConfig } from '../config/load.ts';
import { noMeters } from '../core/silence.ts';
import { startEchoOrigin } from '../doctor/echo-origin.ts';
import { type Examined, examineRow, examineSound, type Finding } from '../doctor/examine.ts';
import { hostileSet } from '../doctor/hostile-set.ts';
import type { SeenRequest } from '../doctor/lenient-request.ts';
import { createLogger } from '../telemetry/logger.ts';
import { complain, complainOf } from './complain.ts';
import { doctorConfig } from './doctor-config.ts';

export interface DoctorOptions {
  readonly config: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

/**
 * `images-gateway doctor`: the operator's own policies in front of an echo, and everything hostile that we know.
 * Exit codes 0 nothing got through, 1 something did, 2 the settings or policies do not load.
 */
export const runDoctor = async (options: DoctorOptions): Promise<void> => {
  const loaded = await loadConfig(options.config, process.env);
  if (!loaded.ok) return unusable(() => complainOf(loaded.problems));
  const { policies, upstreams } = loaded.config;
  const outside = { ports: inertPorts, meters: noMeters };
  const policy = await loadSnapshot(policies.dir, Object.keys(upstreams), outside);
  if (!policy.ok) return unusable(() => complainOf(policy.problems));

  const origin = await startEchoOrigin('length', answerFor);
  const doctored = doctorConfig(loaded.config, policy.snapshot.policy, origin.url, hostileSet.length + 1);
  const gateway = await startGateway(doctored.config, createLogger('silent', { write: () => undefined }));
  try {
    const tokens = doctored.tokens.values();
    let address = 0;
    const examined: Examined = {
      url: gateway.url,
      origin,
      token: () => tokens.next().value ?? '',
      // Linux lets every address of 127.0.0.0/8 be used; elsewhere there is only one.
      from: () =>
        process.platform === 'linux' ? `127.7.${(address >> 8) & 255}.${address++ & 255}` : undefined,
    };
    const unreached = await examineSound(examined);
    const findings: Finding[] = [];
    for (const row of hostileSet) findings.push(await examineRow(examined, row));
    report(findings, unreached, options);
  } finally {
    await gateway.stop(true);
    await origin.close();
  }
};

const unusable = (tell: () => void): void => {
  tell();
  process.exitCode = 2;
};

/** What a cloud would say to the gateway's own look-ups: an image without properties, and no servers. */
const answerFor = ({ line }: SeenRequest): string => {
  if (/^GET \S*\/metadata /.test(line)) return '{"metadata":{}}';
  if (/^GET \S*\/servers/.test(line)) return '{"servers":[]}';
  const image = /^GET \S*\/images\/([^/? ]+)/.exec(line)?.[1];
  return image === undefined ? '{}' : JSON.stringify({ id: image });
};

const report = (
  findings: readonly Finding[],
  unreached: string | undefined,
  options: DoctorOptions,
): void => {
  const bad = findings.filter(({ through, hangs }) => through !== undefined || hangs);
  if (options.json) process.stdout.write(`${JSON.stringify(asJson(findings, unreached), undefined, 2)}\n`);
  else {
    if (options.verbose) process.stdout.write(findings.map(line).join(''));
    else process.stdout.write(bad.map(line).join(''));
    process.stdout.write(
      `${findings.length} hostile requests: ${bad.length === 0 ? 'nothing got through' : `${bad.length} got through or hung`}\n`,
    );
  }
  if (unreached !== undefined)
    complain(`A sound write did not reach the service behind, so that little is shown: ${unreached}`);
  if (bad.length > 0) process.exitCode = 1;
};

const line = ({ row, through, hangs, status, fault }: Finding): string => {
  const said = [status ?? 'closed', fault].filter((part) => part !== undefined).join(' ');
  const verdict = hangs ? 'HANGS' : through === undefined ? 'held' : 'THROUGH';
  const why =
    through === undefined ? '' : `\n    ${through}\n    expected: ${row.expect}\n    see: ${row.source}`;
  return `${verdict.padEnd(8)}${row.family}: ${row.name} (${said})${why}\n`;
};

const asJson = (findings: readonly Finding[], unreached: string | undefined) => ({
  sound: unreached === undefined ? 'passed' : unreached,
  findings: findings.map(({ row, through, hangs, status, fault }) => ({
    family: row.family,
    name: row.name,
    expect: row.expect,
    source: row.source,
    status,
    fault,
    hangs,
    through,
  })),
});
