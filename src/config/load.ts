import { checkYaml } from '../files/check.ts';
import { deepFreeze } from '../files/freeze.ts';
import { type Problem, sortProblems } from '../files/problem.ts';
import { readText } from '../files/read-text.ts';
import { checkConsistency } from './consistency.ts';
import { resolveHeld } from './held.ts';
import { configSchema, type GatewayConfig } from './schema.ts';

const largestFile = 1024 * 1024;

export type ConfigResult =
  | { readonly ok: true; readonly config: GatewayConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads and checks `gateway.yaml`, fetches its secrets, and freezes the whole. Does not throw for anything that a file
 * or the environment can hold. Relative paths in the file begin at its own folder; `policies.dir` comes back joined
 * with it.
 * @param file as the operator typed it: the places of problems begin with it.
 */
export const loadConfig = async (file: string, env: NodeJS.ProcessEnv): Promise<ConfigResult> => {
  const read = await readText(file, file, largestFile);
  if (!read.ok) return { ok: false, problems: [{ place: read.place, message: read.message }] };
  const { checked, problems } = checkYaml(file, read.text, configSchema);
  if (checked === undefined) return { ok: false, problems };
  const found = [...problems, ...(await resolveHeld(checked, file, env)), ...checkConsistency(checked)];
  if (found.length > 0) return { ok: false, problems: sortProblems(found) };
  return { ok: true, config: deepFreeze(checked.draft as GatewayConfig) };
};
