import type { LimitDefinition } from '../core/policy.ts';

const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const reading = new Set(['GET', 'HEAD']);

const noun = ({ methods, costs }: LimitDefinition): string => {
  if (costs !== undefined && Object.keys(costs).length > 0) return 'points';
  if (methods.length === 0) return 'requests';
  if (methods.length === 1) return `${methods[0]} requests`;
  if (methods.every((method) => changing.has(method))) return 'writes';
  if (methods.every((method) => reading.has(method))) return 'reads';
  return `${methods.join(' and ')} requests`;
};

const party: Readonly<Record<LimitDefinition['key'], string>> = {
  project: 'this project',
  user: 'this user',
  address: 'this address',
  global: 'all callers together',
};

/** A limit in words, without a full stop: `100 writes per minute for this project`. */
export const limitWords = (limit: LimitDefinition): string => {
  const window = limit.every === 1 ? limit.per : `${limit.every} ${limit.per}s`;
  const image = limit.perImage === undefined ? '' : 'one image by ';
  const plural = noun(limit);
  const counted = limit.points === 1 ? plural.slice(0, -1) : plural;
  return `${limit.points} ${counted} per ${window} for ${image}${party[limit.key]}`;
};

/** The routes that a limit counts on, for people; `*` for all of them. */
export const routesLabel = (routes: readonly string[]): string =>
  routes.length === 0 ? '*' : routes.join(',');

/** `1 second`, `37 seconds`. */
export const secondsWords = (seconds: number): string => (seconds === 1 ? '1 second' : `${seconds} seconds`);
