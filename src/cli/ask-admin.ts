import { loadConfig } from '../config/load.ts';
import { Secret } from '../core/secret.ts';
import { type AdminPlace, adminPlace, callAdmin } from './admin-call.ts';
import { complain, complainOf } from './complain.ts';

/** Which gateway a command asks. */
export interface Where {
  readonly config: string;
  /** Address of an admin listener; its token is in the environment then. */
  readonly admin?: string;
}

const placeOf = async ({ config, admin }: Where): Promise<AdminPlace | undefined> => {
  if (admin !== undefined) {
    const token = process.env['IMAGES_GATEWAY_ADMIN_TOKEN'];
    return { url: admin.replace(/\/+$/, ''), token: token === undefined ? undefined : new Secret(token) };
  }
  const loaded = await loadConfig(config, process.env);
  if (loaded.ok) return adminPlace(loaded.config);
  complainOf(loaded.problems);
  return undefined;
};

/** @returns `undefined` when there is no answer; the reason has been told then, and the exit code is set */
export const ask = async <T>(where: Where, method: 'GET' | 'POST', path: string): Promise<T | undefined> => {
  const place = await placeOf(where);
  if (place === undefined) return undefined;
  const answer = await callAdmin<T>(place, method, path);
  if (answer.ok) return answer.value;
  complain(answer.message);
  return undefined;
};

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
