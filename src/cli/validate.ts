import { inertPorts } from '../compose/inert-ports.ts';
import { loadSnapshot } from '../compose/load-snapshot.ts';
import { loadConfig } from '../config/load.ts';
import { printProblem } from '../files/problem.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { complainOf } from './complain.ts';

/** `images-gateway validate`: exactly the loader of `serve`, without the swap and without asking anyone. */
export const runValidate = async (options: { readonly config: string }): Promise<void> => {
  const loaded = await loadConfig(options.config, process.env);
  if (!loaded.ok) return complainOf(loaded.problems);
  const { policies, upstreams } = loaded.config;
  const policy = await loadSnapshot(policies.dir, Object.keys(upstreams), {
    ports: inertPorts,
    meters: new Metrics(),
  });
  if (!policy.ok) return complainOf(policy.problems);
  for (const warning of policy.warnings) process.stderr.write(`warning: ${printProblem(warning)}\n`);
  const { revision, policy: read } = policy.snapshot;
  process.stdout.write(
    `valid: ${read.routes.length} routes, ${read.limits.length} limits, revision ${revision}\n`,
  );
};
