import { writeFile } from 'node:fs/promises';
import { inertPorts } from '../compose/inert-ports.ts';
import { loadSnapshot, snapshotOf } from '../compose/load-snapshot.ts';
import { noMeters } from '../core/silence.ts';
import { printProblem } from '../files/problem.ts';
import { readText } from '../files/read-text.ts';
import { writeFailure } from '../files/write-whole.ts';
import { readBundle, writeBundle } from '../policy/bundle.ts';
import { upstreamsNamed } from '../policy/upstream-names.ts';
import { complain, complainOf } from './complain.ts';

const outside = { ports: inertPorts, meters: noMeters };

/** `images-gateway bundle build FOLDER FILE`: one file of a policy that loads and whose cases are green. */
export const buildBundle = async (
  folder: string,
  file: string,
  options: { readonly key?: string },
): Promise<void> => {
  const loaded = await loadSnapshot(folder, await upstreamsNamed(folder), outside);
  if (!loaded.ok) return complainOf(loaded.problems);
  const key = options.key === undefined ? undefined : await textOf(options.key);
  if (options.key !== undefined && key === undefined) return;
  let bundle: string;
  try {
    bundle = writeBundle(loaded.content, key);
  } catch {
    return complain(
      `${options.key}: This is no private key in PEM. Make one: openssl genpkey -algorithm ed25519.`,
    );
  }
  try {
    await writeFile(file, bundle);
  } catch (error) {
    return complain(`${file}: ${writeFailure(error)}`);
  }
  process.stdout.write(
    `${file}: revision ${loaded.snapshot.revision}${key === undefined ? '' : ', signed'}\n`,
  );
};

/** `images-gateway bundle verify FILE`: checksum, signature, and that it loads. */
export const verifyBundle = async (file: string, options: { readonly publicKey?: string }): Promise<void> => {
  const text = await textOf(file);
  const key = options.publicKey === undefined ? undefined : await textOf(options.publicKey);
  if (text === undefined || (options.publicKey !== undefined && key === undefined)) return;
  const read = readBundle(file, text, key);
  if (!read.ok) return complain(`${file}: ${read.message}`);
  const loaded = await snapshotOf(read.content, await upstreamsNamed(read.content), outside);
  if (!loaded.ok) return complain(loaded.problems.map(printProblem).join('\n'));
  const signed = key === undefined ? (read.signed ? ', signed by a key that was not given' : '') : ', signed';
  process.stdout.write(`${file}: revision ${read.revision}${signed}\n`);
};

/** More than a policy folder may hold. */
const largest = 64 * 1024 * 1024;

const textOf = async (file: string): Promise<string | undefined> => {
  const read = await readText(file, file, largest);
  if (read.ok) return read.text;
  complain(`${file}: ${read.message}`);
  return undefined;
};
