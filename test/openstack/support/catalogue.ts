import { expectCall } from './cloud.ts';
import { lab } from './lab.ts';

/** Sets the public endpoint of a service in Keystone's catalogue. */
const setPublic = async (type: 'compute' | 'image', url: string): Promise<void> => {
  const admin = { as: 'admin' } as const;
  const services = await expectCall(200, lab().keystone, 'GET', `/v3/services?type=${type}`, admin);
  const service = services.json.services[0].id;
  const path = `/v3/endpoints?interface=public&service_id=${service}`;
  const [endpoint] = (await expectCall(200, lab().keystone, 'GET', path, admin)).json.endpoints;
  const body = { endpoint: { url } };
  await expectCall(200, lab().keystone, 'PATCH', `/v3/endpoints/${endpoint.id}`, { ...admin, body });
};

const direct = () => ({ compute: `${lab().nova}/v2.1`, image: lab().glance });

/** Every client that asks Keystone for the way finds the gateway, until disposed of. */
export const catalogueAt = async (gateway: string): Promise<AsyncDisposable> => {
  await setPublic('compute', `${gateway}/v2.1`);
  // With its version: at the root of an address that serves both, clients would find the versions of compute.
  await setPublic('image', `${gateway}/v2`);
  return { [Symbol.asyncDispose]: catalogueDirect };
};

/** The catalogue as the lab seeds it. */
export const catalogueDirect = async (): Promise<void> => {
  await setPublic('compute', direct().compute);
  await setPublic('image', direct().image);
};
