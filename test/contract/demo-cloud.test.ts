import { startDemoCloud } from '../../src/demo/cloud.ts';
import { apiContract } from '../support/cloud-contract-api.ts';
import { serverContract } from '../support/cloud-contract-servers.ts';

/** The same suites run against the real services in test/openstack/simulator-contract.test.ts. */
const start = async () => {
  const cloud = await startDemoCloud({ foldKeys: false, resizeMs: 200 });
  const { identityUrl, computeUrl, imageUrl } = cloud;
  return { identity: identityUrl, compute: computeUrl, image: imageUrl, close: () => cloud.close() };
};

apiContract('demo cloud', start);
serverContract('demo cloud', start);
