import { composeTokens } from '../compose/identity.ts';
import { composeLookups } from '../compose/lookups.ts';
import { loadConfig } from '../config/load.ts';
import type { Ports } from '../core/ports.ts';
import { noLog, noMeters } from '../core/silence.ts';
import { complainOf } from './complain.ts';

/** Ports that ask the cloud of a configuration, and only ask: counting, ordering and remembering are left out. */
export interface LiveCloud {
  readonly ports: Pick<Ports, 'tokens' | 'images' | 'servers' | 'cloudLimits'>;
  close(): Promise<void>;
}

/** `undefined`: the configuration cannot be read, and the user has been told. */
export const liveCloud = async (file: string): Promise<LiveCloud | undefined> => {
  const loaded = await loadConfig(file, process.env);
  if (!loaded.ok) {
    complainOf(loaded.problems);
    process.exitCode = 2;
    return undefined;
  }
  const clock = { now: Date.now };
  const identity = composeTokens(loaded.config, undefined, { clock, meters: noMeters, log: noLog });
  const lookups = composeLookups(loaded.config, clock, identity.own);
  return {
    ports: { tokens: identity.tokens, ...lookups.ports },
    async close() {
      await lookups.close();
      await identity.close();
    },
  };
};
