import { requireCommands } from './apt.ts';

/** Holds that a Redis (7.0 or later) can be started. */
export const requireRedis = (): void => requireCommands(['redis-server', 'redis-cli'], 'redis-server');
