/** A real Prometheus for tests: on a free port, in a folder of its own, with the rules that are shipped. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { requireCommands } from './apt.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export const deploy = join(import.meta.dirname, '../../deploy');

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Exemplar {
  readonly labels: { readonly trace_id: string };
  readonly value: string;
}

export interface TestPrometheus {
  readonly url: string;
  /** An instant query. @throws Prometheus's own sentence when the expression is wrong. */
  query(expression: string): Promise<readonly Sample[]>;
  /** Trace ids of the exemplars of a family, with the labels of their series. */
  exemplars(selector: string): Promise<readonly Exemplar[]>;
  /** Names of the alerts that fire now, each with the labels of its instances. */
  firing(): Promise<ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>>;
}

const run = promisify(execFile);

/** Runs promtool; what it prints. @throws with its output when it is not content. */
export const promtool = async (args: readonly string[], input = ''): Promise<string> => {
  requireCommands(['prometheus', 'promtool'], 'prometheus');
  const running = run('promtool', args, { cwd: join(deploy, 'prometheus') });
  running.child.stdin?.end(input);
  try {
    const { stdout, stderr } = await running;
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`promtool ${args.join(' ')}: ${stdout}${stderr}`);
  }
};

/**
 * Scrapes and evaluates once a second. Alerts wait one second instead of minutes, and look back over ten seconds
 * instead of minutes; all else is as shipped.
 *
 * @param targets host and port of admin listeners.
 */
export const startPrometheus = async (
  t: TestContext,
  targets: readonly string[],
): Promise<TestPrometheus> => {
  requireCommands(['prometheus', 'promtool'], 'prometheus');
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-prometheus-'));
  for (const file of ['recording.rules.yml', 'alerts.rules.yml']) {
    const rules = await readFile(join(deploy, 'prometheus', file), 'utf8');
    const quick = rules.replaceAll(/for: \d+[mh]/g, 'for: 1s').replaceAll(/\[(\d+)[mh]\]/g, '[10s]');
    await writeFile(join(folder, file), quick);
  }
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['recording.rules.yml', 'alerts.rules.yml'],
    scrape_configs: [{ job_name: 'images-gateway', static_configs: [{ targets }] }],
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      '--enable-feature=exemplar-storage',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  t.after(() => end(child, folder));
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${complaints}`);
    return fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
  }, 'Prometheus is ready');
  return {
    url,
    query: (expression) => query(url, expression),
    exemplars: (selector) => exemplars(url, selector),
    firing: () => firing(url),
  };
};

const end = async (child: ChildProcess, folder: string): Promise<void> => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await rm(folder, { recursive: true, force: true });
};

const query = async (url: string, expression: string): Promise<readonly Sample[]> => {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
  });
  const answer = (await response.json()) as { error?: string; data: { result: Sample[] } };
  if (answer.error !== undefined) throw new Error(`${expression}: ${answer.error}`);
  return answer.data.result;
};

const exemplars = async (url: string, selector: string): Promise<readonly Exemplar[]> => {
  const now = Date.now() / 1000;
  const range = new URLSearchParams({ query: selector, start: String(now - 600), end: String(now + 600) });
  const answer = (await (await fetch(`${url}/api/v1/query_exemplars?${range}`)).json()) as {
    data: { exemplars: Exemplar[] }[];
  };
  return answer.data.flatMap((series) => series.exemplars);
};

const firing = async (url: string) => {
  const answer = (await (await fetch(`${url}/api/v1/alerts`)).json()) as {
    data: { alerts: { state: string; labels: Record<string, string> }[] };
  };
  const alerts = new Map<string, Record<string, string>[]>();
  for (const { state, labels } of answer.data.alerts) {
    if (state !== 'firing') continue;
    const name = labels['alertname'] ?? '';
    alerts.set(name, [...(alerts.get(name) ?? []), labels]);
  }
  return alerts;
};
