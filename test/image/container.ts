import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { until } from '../support/until.ts';
import type { ImageSettings } from './image-store.ts';

export interface ContainerOptions {
  /** Folder of the root. `proc`, and what is mounted, must be there. */
  readonly root: string;
  readonly settings: ImageSettings;
  readonly env: Readonly<Record<string, string>>;
  /** Files and folders that are mounted, each read-only: place in the container, place here. */
  readonly mounts: Readonly<Record<string, string>>;
}

export interface Container {
  /** Of the program, as the machine counts; inside it is process 1. */
  readonly pid: number;
  /** What it wrote until now, to either stream. */
  out(): string;
  signal(signal: NodeJS.Signals): void;
  /** Ends it at once, when it has not ended. */
  kill(): Promise<void>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/**
 * What a runtime of containers does, with the tools of util-linux. A root is read-only once it is mounted over itself;
 * what is mounted below is made so by itself. PATH is the image's only where the program is looked for.
 */
const enter = `set -e
root=$1; path=$2; user=$3; work=$4; shift 4
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
while [ "$1" != -- ]; do
  mount --bind "$2" "$root$1"
  mount -o remount,bind,ro "$root$1"
  shift 2
done
shift
mount -t proc proc "$root/proc"
setpriv=$(command -v setpriv); unshare=$(command -v unshare)
PATH=$path
exec "$setpriv" --no-new-privs "$unshare" --root="$root" --wd="$work" --setgid="$user" --setuid="$user" -- "$@"`;

/** The process that one of `unshare` started; its own number stays that of the parent. */
const childOf = (pid: number | undefined): number | undefined => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children);
};

/** Runs a command of an image as its user, with its variables, a read-only root and no way to more rights. */
export const runContainer = async (
  command: readonly string[],
  { root, settings, env, mounts }: ContainerOptions,
): Promise<Container> => {
  const { PATH: path = '', ...own } = Object.fromEntries(
    settings.Env.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', 'sh', '-c', enter, 'sh'],
      ...[root, path, settings.User, settings.WorkingDir, ...Object.entries(mounts).flat(), '--', ...command],
    ],
    { env: { ...own, ...env, PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  let pid: number | undefined;
  await until(() => {
    if (child.exitCode !== null) throw new Error(`The container ended with ${child.exitCode}: ${out}`);
    pid = childOf(child.pid);
    return pid !== undefined;
  }, 'the container has a process');
  const inside = Number(pid);
  return {
    pid: inside,
    out: () => out,
    signal: (name) => process.kill(inside, name),
    async kill() {
      // The one outside, which takes what it started with it.
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
};
