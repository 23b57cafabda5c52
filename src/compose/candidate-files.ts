import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readText } from '../files/read-text.ts';
import { readBundle } from '../policy/bundle.ts';
import type { FolderContent } from '../policy/folder.ts';
import { settledContent } from '../policy/load.ts';

const largestBundle = 64 * 1024 * 1024;

export type CandidateResult =
  | { readonly ok: true; readonly content: FolderContent }
  | { readonly ok: false; readonly status: 404 | 422; readonly message: string };

/**
 * A policy folder or a bundle that lies in the folder of candidates.
 * @param name of one entry of that folder; whoever asks over the network has no other way to name a file.
 */
export const readCandidate = async (dir: string, name: string): Promise<CandidateResult> => {
  const missing: CandidateResult = {
    ok: false,
    status: 404,
    message: `There is no ${JSON.stringify(name)} in the folder of candidates (rollout.dir). Put a policy folder or a bundle there.`,
  };
  if (!isCandidateName(name)) return missing;
  const path = join(dir, name);
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) return missing;
  if (kind.isDirectory()) return { ok: true, content: await settledContent(path) };
  const read = await readText(path, path, largestBundle);
  if (!read.ok) return { ok: false, status: 422, message: `${name}: ${read.message}` };
  const bundle = readBundle(path, read.text);
  return bundle.ok ? bundle : { ok: false, status: 422, message: `${name}: ${bundle.message}` };
};

/** One name, of letters and digits first: no path, nothing hidden. */
export const isCandidateName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);
