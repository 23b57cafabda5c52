import { type ExchangeGroup, metadataPath as M, nova } from './exchange.ts';

/** The calls that people make: reads and writes of image metadata as the documentation of Nova shows them. */
export const metadataExchanges: ExchangeGroup = {
  title: 'Image metadata through Nova',
  exchanges: [
    nova('get all', 'GET', M),
    nova('get one', 'GET', `${M}/auto_disk_config`),
    nova('get one that is not there', 'GET', `${M}/nokey`),
    nova('get with a query', 'GET', `${M}?foo=bar`),
    nova('merge', 'POST', M, { metadata: { a: '1', auto_disk_config: 'False' } }),
    nova('merge nothing', 'POST', M, { metadata: {} }),
    nova('merge under the own project', 'POST', '/v2.1/{project}/images/{image}/metadata', {
      metadata: { p: '1' },
    }),
    nova('merge under /v2', 'POST', '/v2/images/{image}/metadata', { metadata: { p: '2' } }),
    nova('merge under /v2 and the own project', 'POST', '/v2/{project}/images/{image}/metadata', {
      metadata: { p: '3' },
    }),
    nova("merge under another's project", 'POST', '/v2.1/{otherProject}/images/{image}/metadata', {
      metadata: { p: '4' },
    }),
    nova(
      'merge with a request id of the client',
      'POST',
      M,
      { metadata: { p: '5' } },
      {
        headers: [
          ['Content-Type', 'application/json'],
          ['X-Openstack-Request-Id', 'req-11111111-2222-4333-8444-555555555555'],
        ],
      },
    ),
    nova('replace', 'PUT', M, { metadata: { c: '4' } }),
    nova('replace with nothing', 'PUT', M, { metadata: {} }),
    nova('set one', 'PUT', `${M}/d`, { meta: { d: '5' } }),
    nova('set one, another key in the body', 'PUT', `${M}/d`, { meta: { e: '5' } }),
    nova('set one, two keys in the body', 'PUT', `${M}/d`, { meta: { d: '5', e: '5' } }),
    nova('delete one', 'DELETE', `${M}/keep`),
    nova('delete one that is not there', 'DELETE', `${M}/nokey`),
    nova('show the image', 'GET', '/v2.1/images/{image}'),
    nova('list images', 'GET', '/v2.1/images'),
    nova('list images in detail', 'GET', '/v2.1/images/detail?name=transparent'),
    nova('list images by status', 'GET', '/v2.1/images?status=ACTIVE&limit=2'),
    nova('get with a body', 'GET', M, { metadata: { ov8: 'x' } }),
    ...(['unknown', 'no-uuid'] as const).flatMap((kind) => {
      const path = `/v2.1/images/${kind === 'unknown' ? '00000000-0000-4000-8000-00000000dead' : 'notauuid'}/metadata`;
      return [
        nova(`get, ${kind} image`, 'GET', path),
        nova(`merge, ${kind} image`, 'POST', path, { metadata: { a: '1' } }),
        nova(`replace, ${kind} image`, 'PUT', path, { metadata: { a: '1' } }),
        nova(`delete one, ${kind} image`, 'DELETE', `${path}/x`),
        nova(`merge with a wrong body, ${kind} image`, 'POST', path, { metadata: { a: 1 } }),
      ];
    }),
  ],
};
