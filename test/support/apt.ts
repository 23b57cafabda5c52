import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const there = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

const seen = new Set<string>();

/**
 * Holds that commands can be run. As root on Debian the package that has them is installed; anywhere else a test that
 * needs them fails with the one line that says what to do.
 */
export const requireCommands = (commands: readonly string[], debianPackage: string): void => {
  if (seen.has(debianPackage)) return;
  if (!commands.every(there)) install(commands, debianPackage);
  seen.add(debianPackage);
};

const install = (commands: readonly string[], debianPackage: string): void => {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`This test runs ${commands.join(' and ')}: install the package ${debianPackage}.`);
  // Test files run side by side, so another may be installing something already.
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=180', '-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
      encoding: 'utf8',
    });
  const attempt = () => apt('install', '-y', '--no-install-recommends', debianPackage);
  if (attempt().status === 0) return;
  apt('update');
  const { status, stderr } = attempt();
  if (status !== 0)
    throw new Error(
      `${debianPackage} could not be installed by apt-get: ${stderr.trim().split('\n').at(-1)}`,
    );
};
