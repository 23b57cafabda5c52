import { Cluster, Redis } from 'ioredis';
import type { RedisAddress } from './redis-place.ts';

export type Send = (command: string, args: readonly (string | number)[]) => Promise<unknown>;

/** A connection to Redis that comes back by itself. The only importer of ioredis is this file. */
export interface RedisConnection {
  /** Rejects at once while there is no connection: nothing waits in a queue. */
  readonly send: Send;
  /** One for each server that holds keys, for commands that name none. */
  masters(): readonly Send[];
  ready(): boolean;
  /** Called when the connection can be used, and with the last error when it no longer can. */
  watch(onReady: () => void, onLost: (error: unknown) => void): void;
  /** Asks where things are now: a server that hangs does not say that another has taken over. */
  refresh(): void;
  subscribe(channel: string, onMessage: (message: string) => void): Promise<() => Promise<void>>;
  end(): void;
}

/** Milliseconds for connecting, logging in and the first INFO. */
const handshakeMs = 400;
/**
 * Milliseconds for asking one node of a cluster who serves what, its connection included. The nodes are asked one
 * after the other, and one that hangs may be the first: it must not keep the others from telling who took over.
 */
const slotsMs = 200;
/** Milliseconds between attempts: short enough to be back within a second, spread so that replicas do not come at once. */
const retryMs = (times: number): number => Math.min(25 * 2 ** Math.min(times, 4), 250) + Math.random() * 50;

const common = ({ username, password, tls }: RedisAddress) => ({
  protocol: 2 as const,
  disableClientInfo: true,
  connectTimeout: handshakeMs,
  commandTimeout: handshakeMs,
  disconnectTimeout: handshakeMs,
  // A command whose connection broke may have been done already; sending it again could charge twice.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  maxLoadingRetryTime: 500,
  // After a failover the old master may come back as a replica, which refuses writes: find the new one.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 1 : false),
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password: password.reveal() }),
  // Handed on as it is: the library reads it for each connection, and certificates are renewed while it runs.
  ...(tls !== undefined && { tls }),
});

const openCluster = (address: RedisAddress & { place: { kind: 'cluster' } }): Cluster =>
  new Cluster([...address.place.nodes], {
    enableOfflineQueue: false,
    clusterRetryStrategy: retryMs,
    // A command is tried again within the budget, where another node may serve its slot by now.
    maxRedirections: 4,
    retryDelayOnFailover: 15,
    retryDelayOnClusterDown: 15,
    retryDelayOnTryAgain: 5,
    slotsRefreshTimeout: slotsMs,
    slotsRefreshInterval: 5000,
    // The nodes' certificates name the addresses that the cluster announces, which need no look-up of ours.
    ...(address.tls !== undefined && { dnsLookup: (name, done) => done(null, name) }),
    redisOptions: common(address),
  });

const openServer = (address: RedisAddress): Redis => {
  const { place, database, tls, sentinelLogin } = address;
  return new Redis({
    ...common(address),
    enableOfflineQueue: false,
    retryStrategy: retryMs,
    ...(database !== undefined && { db: database }),
    ...(place.kind === 'single' && { host: place.host, port: place.port }),
    ...(place.kind === 'socket' && { path: place.path }),
    ...(place.kind === 'sentinel' && {
      name: place.name,
      sentinels: [...place.nodes],
      sentinelRetryStrategy: retryMs,
      sentinelCommandTimeout: handshakeMs,
      failoverDetector: true,
      ...(tls !== undefined && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
      ...(sentinelLogin?.username !== undefined && { sentinelUsername: sentinelLogin.username }),
      ...(sentinelLogin?.password !== undefined && { sentinelPassword: sentinelLogin.password.reveal() }),
    }),
  });
};

const isCluster = (address: RedisAddress): address is RedisAddress & { place: { kind: 'cluster' } } =>
  address.place.kind === 'cluster';

export const openConnection = (address: RedisAddress): RedisConnection => {
  const client = isCluster(address) ? openCluster(address) : openServer(address);
  let lastError: unknown;
  client.on('error', (error) => {
    lastError = error;
  });
  const sender =
    (to: Redis | Cluster): Send =>
    (command, args) =>
      to.call(command, ...args);
  let subscriber: Redis | Cluster | undefined;

  return {
    send: sender(client),
    masters: () => (client instanceof Cluster ? client.nodes('master').map(sender) : [sender(client)]),
    ready: () => client.status === 'ready',
    watch(onReady, onLost) {
      client.on('ready', onReady);
      client.on('close', () => onLost(lastError));
    },
    refresh() {
      if (client instanceof Cluster) client.refreshSlotsCache();
      // An ended client begins anew only when it is told to; what fails then is told by its events.
      else if (client.status === 'end') client.connect().catch(() => undefined);
      else client.disconnect(true);
    },
    async subscribe(channel, onMessage) {
      if (subscriber === undefined) {
        subscriber =
          client instanceof Cluster
            ? client.duplicate([], { enableOfflineQueue: true })
            : client.duplicate({
                enableOfflineQueue: true,
                maxRetriesPerRequest: null,
                commandTimeout: undefined,
              });
        subscriber.on('error', () => undefined);
      }
      const connected = subscriber;
      const receive = (from: string, message: string): void => {
        if (from === channel) onMessage(message);
      };
      connected.on('message', receive);
      await connected.subscribe(channel);
      return async () => {
        connected.off('message', receive);
        await connected.unsubscribe(channel);
      };
    },
    end() {
      subscriber?.disconnect();
      client.disconnect();
    },
  };
};
