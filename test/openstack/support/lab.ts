import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../lab/up');
const folder = process.env['OSLAB_DIR'] ?? '/tmp/oslab';

/** `up`, `down`, `status`, or `stop` and `restart` with names of services. @throws with what the script said */
export const labScript = async (...words: readonly string[]): Promise<string> => {
  try {
    return (await run(script, [...words], { timeout: 1_500_000 })).stdout;
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`test/openstack/lab/up ${words.join(' ')} failed:\n${stdout}${stderr}`, { cause });
  }
};

export const labRuns = async (): Promise<boolean> => {
  try {
    await run(script, ['status']);
    return true;
  } catch {
    return false;
  }
};

/** `NAME=value` lines. */
const entries = (file: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

export interface Lab {
  readonly keystone: string;
  /** The same Keystone, issuing tokens that live six seconds. */
  readonly keystoneBrief: string;
  readonly nova: string;
  readonly glance: string;
  /** Ids by name, e.g. `IMAGE_DEMO`, `PROJECT_DEMO`. @throws when there is none of that name */
  id(name: string): string;
}

let known: Lab | undefined;

/** The running lab. */
export const lab = (): Lab => {
  if (known !== undefined) return known;
  const addresses = entries('lab.env');
  const ids = entries('ids.env');
  const of = (map: Record<string, string>, name: string): string => {
    const value = map[name];
    if (value === undefined) throw new Error(`the lab has no ${name}`);
    return value;
  };
  known = {
    keystone: of(addresses, 'KEYSTONE'),
    keystoneBrief: of(addresses, 'KEYSTONE_BRIEF'),
    nova: of(addresses, 'NOVA'),
    glance: of(addresses, 'GLANCE'),
    id: (name) => of(ids, name),
  };
  return known;
};

/**
 * Freezes a service of the lab, its workers too, as a machine without CPU would: connections are taken, nothing is
 * answered. Until disposed of.
 */
export const frozen = (service: string): Disposable => {
  const leader = Number(readFileSync(join(folder, 'pids', service), 'utf8'));
  // The lab starts each service in a group of its own.
  process.kill(-leader, 'SIGSTOP');
  return { [Symbol.dispose]: () => void process.kill(-leader, 'SIGCONT') };
};

/** Holds every resize in status RESIZE until disposed of, for so many seconds at most. */
export const slowResizes = (seconds: number): Disposable => {
  const file = join(folder, 'resize-delay');
  writeFileSync(file, String(seconds));
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
};
