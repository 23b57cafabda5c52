import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const there = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

let looked = false;

/**
 * Holds that `redis-server` and `redis-cli` can be run. As root on Debian they are installed; anywhere else a test
 * that needs them fails with the one line that says what to do.
 */
export const requireRedis = (): void => {
  if (looked || (there('redis-server') && there('redis-cli'))) {
    looked = true;
    return;
  }
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error('These tests start a real Redis: install redis-server and redis-cli (7.0 or later).');
  // Test files run side by side, so another may be installing it already.
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=180', '-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
    });
  const install = () => apt('install', '-y', '--no-install-recommends', 'redis-server');
  if (install().status !== 0) {
    apt('update');
    const { status, stderr } = install();
    if (status !== 0)
      throw new Error(`redis-server could not be installed by apt-get: ${stderr.trim().split('\n').at(-1)}`);
  }
  looked = true;
};
