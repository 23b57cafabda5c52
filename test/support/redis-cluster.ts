import { freePort, startRedis, type TestRedis, until } from './redis.ts';

export interface TestCluster {
  readonly nodes: readonly TestRedis[];
  /** The masters, each with its part of the slots. */
  readonly masters: readonly TestRedis[];
  /** Takes over from the first master. */
  readonly replica: TestRedis;
  close(): Promise<void>;
}

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
    '--cluster-node-timeout',
    '500',
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
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
};
