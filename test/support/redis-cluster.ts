import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from './free-port.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { until } from './until.ts';

export interface TestCluster {
  readonly nodes: readonly TestRedis[];
  /** The masters, each with its part of the slots. */
  readonly masters: readonly TestRedis[];
  /** Takes over from the first master. */
  readonly replica: TestRedis;
  /**
   * Lets the nodes give up one that is silent for so many milliseconds. Redis waits for 15 s of its own accord, so that
   * a busy machine is no failover.
   */
  giveUpAfter(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Does this node itself take a write of the key now? Asked without a client that would look for another node. */
export const takesWrites = async ({ host, port }: TestRedis, key: string): Promise<boolean> => {
  const socket = connect(port, host, () => socket.write(`SET ${key} 1\r\n`));
  try {
    const [reply] = await once(socket, 'data');
    return String(reply).startsWith('+OK');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

const slots = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

const startNode = async (): Promise<TestRedis & { readonly busPort: number }> => {
  // By default the bus is on the port 10,000 higher, which a free port may not allow.
  const busPort = await freePort();
  const node = await startRedis(
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    String(busPort),
    '--cluster-replica-validity-factor',
    '0',
    '--repl-diskless-sync-delay',
    '0',
  );
  return { ...node, busPort };
};

/** A cluster of three masters, the first with a replica. */
export const startRedisCluster = async (): Promise<TestCluster> => {
  const nodes = await Promise.all(Array.from({ length: 4 }, startNode));
  const [first, second, third, replica] = nodes;
  if (first === undefined || second === undefined || third === undefined || replica === undefined)
    throw new Error('Four nodes were started.');
  const masters = [first, second, third];
  for (const [index, master] of masters.entries())
    await master.cli('CLUSTER', 'ADDSLOTSRANGE', ...(slots[index] ?? []).map(String));
  for (const node of nodes.slice(1))
    await first.cli('CLUSTER', 'MEET', node.host, String(node.port), String(node.busPort));
  const sees = async (node: TestRedis, text: string): Promise<boolean> =>
    (await node.cli('CLUSTER', 'INFO')).includes(text);
  await until(() => sees(replica, 'cluster_known_nodes:4'), 'the nodes know each other');
  await replica.cli('CLUSTER', 'REPLICATE', await first.cli('CLUSTER', 'MYID'));
  for (const node of nodes) await until(() => sees(node, 'cluster_state:ok'), 'the cluster is whole');
  await until(
    async () => (await replica.cli('INFO', 'replication')).includes('master_link_status:up'),
    'the replica follows its master',
  );
  return {
    nodes,
    masters,
    replica,
    async giveUpAfter(ms) {
      for (const node of nodes) await node.cli('CONFIG', 'SET', 'cluster-node-timeout', String(ms));
    },
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
};
