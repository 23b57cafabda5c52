import { apiContract } from '../support/cloud-contract-api.ts';
import { serverContract } from '../support/cloud-contract-servers.ts';
import { lab } from './support/lab.ts';

/** The same suites run against the simulator in test/contract/demo-cloud.test.ts. */
const start = async () => {
  const { keystone, nova, glance } = lab();
  return { identity: keystone, compute: nova, image: glance, pauseMs: 250, close: async () => {} };
};

apiContract('real cloud', start);
serverContract('real cloud', start);
