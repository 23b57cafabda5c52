import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { Outage } from '../core/ports.ts';
import { within } from './redis-budget.ts';
import { Circuit } from './redis-circuit.ts';
import { openConnection, type RedisConnection, type Send } from './redis-connection.ts';
import { isMissingScript, redisOutageOf } from './redis-outage.ts';
import { describePlace, type RedisAddress } from './redis-place.ts';
import type { RedisScript } from './redis-script.ts';

export type RedisAnswer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'unavailable'; readonly reason: Outage };

/** The little of Redis that the gateway uses. Every call settles within the budget and none rejects. */
export interface Redis {
  /** Runs a script. In a cluster all keys must have the same hash tag. */
  run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<RedisAnswer<unknown>>;
  get(key: string): Promise<RedisAnswer<string | null>>;
  /** @returns false where `onlyIfAbsent` and the key is there. */
  set(key: string, value: string, ttlMs: number, onlyIfAbsent?: boolean): Promise<RedisAnswer<boolean>>;
  /** @returns whether the key was there. */
  del(key: string): Promise<RedisAnswer<boolean>>;
  /** All keys that match a glob pattern, over all servers. For commands of operators: it walks the key space. */
  keys(pattern: string): Promise<RedisAnswer<readonly string[]>>;
  publish(channel: string, message: string): Promise<RedisAnswer<number>>;
  /** Messages that are published while the connection is away are lost. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<() => Promise<void>>;
  /** `false`: calls answer `unavailable` at once. */
  available(): boolean;
  /** Called on each change of `available`. */
  onChange(listener: (up: boolean, reason: Outage) => void): void;
  /** Resolves when the first attempt to connect has ended, well or not. */
  readonly started: Promise<void>;
  /** Keys are spread over servers by hash tag. */
  readonly sharded: boolean;
  close(): void;
}

export interface RedisOptions extends RedisAddress {
  /** Milliseconds that a call may take. */
  readonly budgetMs?: number | undefined;
  readonly log: Log;
  readonly meters: Meters;
}

const failuresToOpen = 3;
const probeMs = 100;
/**
 * Probes without an answer on a connection that seems well, after which another is tried. A cluster is asked with
 * every probe who serves what: that costs no connection, and whoever takes over is known at once.
 */
const probesToReconnect = { server: 5, cluster: 1 } as const;
/** Probes without a connection, after which the attempt to connect is begun anew: one beside a failover can hang. */
const probesToBeginAnew = 6;

const meterSpecs = {
  up: {
    name: 'images_gateway_redis_up',
    help: 'Whether Redis answers (1) or is left alone until it does again (0).',
    labels: [],
    acrossWorkers: 'min',
  },
  calls: {
    name: 'images_gateway_redis_calls_total',
    help: 'Calls to Redis by what came of them: ok, or why there was no answer.',
    labels: ['outcome'],
  },
} as const;

/** Connects in the background; a Redis that is not there yet is found when it comes. */
export const createRedis = ({ budgetMs = 50, log, meters, ...address }: RedisOptions): Redis => {
  const connection: RedisConnection = openConnection(address);
  const at = describePlace(address.place);
  const up = meters.gauge(meterSpecs.up).at({});
  const calls = meters.counter(meterSpecs.calls);
  const ok = calls.at({ outcome: 'ok' });
  const listeners: ((up: boolean, reason: Outage) => void)[] = [];
  const sharded = address.place.kind === 'cluster';
  const patience = probesToReconnect[sharded ? 'cluster' : 'server'];
  let unanswered = 0;
  let unconnected = 0;
  /** What was asked for last without success: the servers that are there do not speak for the one that serves it. */
  let failedKey: string | undefined;

  const probe = async (): Promise<boolean> => {
    if (!connection.ready()) {
      if (++unconnected % probesToBeginAnew === 0) connection.refresh();
      return false;
    }
    unconnected = 0;
    unanswered += 1;
    if (unanswered % patience === 0) connection.refresh();
    const questions = connection.masters().map((send) => send('PING', []));
    if (sharded && failedKey !== undefined) questions.push(connection.send('EXISTS', [failedKey]));
    await within(Promise.all(questions), budgetMs);
    unanswered = 0;
    failedKey = undefined;
    return true;
  };

  const circuit = new Circuit({
    failures: failuresToOpen,
    probeMs,
    probe,
    changed(there, reason) {
      up.set(there ? 1 : 0);
      if (there) log.info({ redis: at }, 'Redis answers again.');
      else log.warn({ redis: at, reason }, 'Redis does not answer; it is left alone until it does again.');
      for (const listener of listeners) listener(there, reason);
    },
  });

  const started = new Promise<void>((resolve) => {
    connection.watch(
      () => {
        up.set(1);
        circuit.mend();
        resolve();
      },
      (error) => {
        circuit.trip(redisOutageOf(error));
        resolve();
      },
    );
  });

  const unavailable = (reason: Outage): RedisAnswer<never> => {
    calls.at({ outcome: reason }).inc();
    return { kind: 'unavailable', reason };
  };

  const failure = (error: unknown, key?: string): RedisAnswer<never> => {
    const reason = redisOutageOf(error);
    // A cluster may have moved the slot to a server that answers.
    if (reason === 'timeout' && sharded) connection.refresh();
    failedKey = key ?? failedKey;
    circuit.failed(reason);
    return unavailable(reason);
  };

  const ask = async <T>(
    call: (send: Send) => Promise<unknown>,
    read: (reply: unknown) => T,
    key?: string,
  ): Promise<RedisAnswer<T>> => {
    if (circuit.open !== undefined || !connection.ready()) return unavailable('circuit-open');
    try {
      const reply = await within(call(connection.send), budgetMs);
      circuit.succeeded();
      ok.inc();
      return { kind: 'answered', value: read(reply) };
    } catch (error) {
      return failure(error, key);
    }
  };

  const scan = async (send: Send, pattern: string): Promise<string[]> => {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, keys] = (await within(
        send('SCAN', [cursor, 'MATCH', pattern, 'COUNT', 1000]),
        budgetMs,
      )) as [string, string[]];
      found.push(...keys);
      cursor = next;
    } while (cursor !== '0');
    return found;
  };

  return {
    run: (script, keys, args) =>
      ask(
        async (send) => {
          const rest = [keys.length, ...keys, ...args];
          try {
            return await send('EVALSHA', [script.sha1, ...rest]);
          } catch (error) {
            if (!isMissingScript(error)) throw error;
            return await send('EVAL', [script.lua, ...rest]);
          }
        },
        (reply) => reply,
        keys[0],
      ),
    get: (key) =>
      ask(
        (send) => send('GET', [key]),
        (reply) => reply as string | null,
        key,
      ),
    set: (key, value, ttlMs, onlyIfAbsent = false) =>
      ask(
        (send) => send('SET', [key, value, 'PX', ttlMs, ...(onlyIfAbsent ? ['NX'] : [])]),
        (reply) => reply === 'OK',
        key,
      ),
    del: (key) =>
      ask(
        (send) => send('DEL', [key]),
        (reply) => reply === 1,
        key,
      ),
    async keys(pattern) {
      try {
        const found = await Promise.all(connection.masters().map((send) => scan(send, pattern)));
        return { kind: 'answered', value: found.flat() };
      } catch (error) {
        return failure(error);
      }
    },
    publish: (channel, message) => ask((send) => send('PUBLISH', [channel, message]), Number),
    subscribe: (channel, onMessage) => connection.subscribe(channel, onMessage),
    available: () => circuit.open === undefined && connection.ready(),
    onChange: (listener) => {
      listeners.push(listener);
    },
    started,
    sharded,
    close() {
      circuit.end();
      connection.end();
    },
  };
};
