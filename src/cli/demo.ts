import { PolicyProblems } from '../compose/policy-problems.ts';
import { startGateway } from '../compose.ts';
import { startDemoCloud } from '../demo/cloud.ts';
import { createLogger } from '../telemetry/logger.ts';
import { complain, complainOf, listenComplaint } from './complain.ts';
import { demoConfig } from './demo-config.ts';
import { welcome } from './demo-welcome.ts';
import { untilStopped } from './lifecycle.ts';

/** `images-gateway demo`: the gateway in front of a small cloud in memory, on loopback. */
export const runDemo = async (options: {
  readonly port: number;
  readonly adminPort: number;
  readonly verbose: boolean;
}): Promise<void> => {
  const cloud = await startDemoCloud();
  try {
    const config = demoConfig(cloud, options);
    const gateway = await startGateway(config, createLogger(options.verbose ? 'info' : 'warn'));
    process.stdout.write(welcome(gateway.url, gateway.adminUrl, cloud.seed));
    await untilStopped(gateway, () => cloud.close());
  } catch (error) {
    await cloud.close();
    if (error instanceof PolicyProblems) return complainOf(error.problems);
    const complaint = listenComplaint(error, 'choose others: npm start -- --port 8081 --admin-port 9902');
    if (complaint === undefined) throw error;
    complain(complaint);
  }
};
