import { labRuns, labScript } from './support/lab.ts';

/** Started by this run, and so ended by it; a lab that ran before goes on running. */
let started = false;

/** Called by `node --test --test-global-setup` once, before any test file. */
export const globalSetup = async (): Promise<void> => {
  if (await labRuns()) return;
  process.stdout.write(
    '# starting Keystone, Glance and Nova; the first start installs them and takes minutes\n',
  );
  started = true;
  await labScript('up');
};

export const globalTeardown = async (): Promise<void> => {
  if (started) await labScript('down');
};
