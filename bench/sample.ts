/** The request that is measured: the seed's sample, "Set image metadata for specified image". */

export const imageId = 'd42f821e-c2d1-4796-9f07-af5ed7912d0e';
export const token = 'f064c46a782c444cb4ba4b6434288f7c';
/** Its owner may read only. */
export const readerToken = 'f064c46a782c444cb4ba4b643428deed';
export const unknownToken = '0'.repeat(32);
export const path = `/v2/images/${imageId}/metadata`;

export const sampleBody = JSON.stringify({
  metadata: { Category: 'Webserver Retail Outlet project', Owner: 'John, Doe', Label: 'Updated' },
});

/** A body of the sample's kind with about so many bytes, within what the schema takes: many keys, each value short. */
export const bodyOf = (bytes: number): string => {
  const metadata: Record<string, string> = {};
  for (let at = 0; JSON.stringify({ metadata }).length + 220 < bytes; at++)
    metadata[`key-${at}`] = 'x'.repeat(200);
  const missing = bytes - JSON.stringify({ metadata: { ...metadata, last: '' } }).length;
  metadata['last'] = 'x'.repeat(Math.max(0, Math.min(255, missing)));
  return JSON.stringify({ metadata });
};

export const sampleAnswer = JSON.stringify({
  metadata: {
    'com.rackspace__1__options': '0',
    owner: 'John, Doe',
    base_image_ref: 'ffa476b1-9b14-46bd-99a8-862d1d94eb7a',
    category: 'Webserver-Beta Retail Outlet project',
    os_distro: 'ubuntu',
    label: 'Updated',
    auto_disk_config: 'True',
    os_type: 'linux',
    'com.rackspace__1__release_id': '1002',
    image_type: 'base',
    'com.rackspace__1__source': 'kickstart',
    com_rackspace__1__build_rackconnect: '1',
  },
});

export const sampleHeaders = {
  'content-type': 'application/json',
  accept: 'application/json',
  'x-auth-token': token,
  'user-agent': 'python-novaclient',
};
