import { type ExchangeGroup, type Extra, metadataPath as M, nova } from './exchange.ts';

const typed = (name: string, ...types: readonly string[]) =>
  nova(
    `content type ${name}`,
    'POST',
    M,
    { metadata: { ct: 'x' } },
    {
      headers: types.map((type): readonly [string, string] => ['Content-Type', type]),
    },
  );
const versioned = (...values: readonly string[]) =>
  nova(`microversion "${values.join('" and "')}"`, 'POST', M, { metadata: { mv: 'x' } }, versions(...values));
const versions = (...values: readonly string[]): Extra => ({
  headers: [
    ['Content-Type', 'application/json'],
    ...values.map((value): readonly [string, string] => ['OpenStack-API-Version', value]),
  ],
});

export const contentTypeExchanges: ExchangeGroup = {
  title: 'Content types, Accept and microversions',
  exchanges: [
    ...[
      'application/json; charset=utf-8',
      'application/json; charset=latin-1',
      'APPLICATION/JSON',
      'application/json;',
      'application/json; foo=bar',
      'application/jsonx',
      'application/vnd.openstack.compute+json',
      'application/hal+json',
      'text/json',
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
      '',
      'nonsense',
      'application/json, text/plain',
    ].map((type) => typed(`"${type}"`, type)),
    typed('absent'),
    typed('twice', 'application/json', 'text/plain'),
    ...['application/xml', 'text/html', '*/*', 'nonsense', 'application/json;q=0'].flatMap((accept) => [
      nova(`accept ${accept}`, 'GET', M, undefined, { headers: [['Accept', accept]] }),
      nova(`accept ${accept}, not found`, 'GET', `${M}/nokey`, undefined, { headers: [['Accept', accept]] }),
    ]),
    nova('accept language, not found', 'GET', `${M}/nokey`, undefined, {
      headers: [['Accept-Language', 'de']],
    }),
    ...[
      'compute 2.1',
      'compute 2.38',
      'compute 2.39',
      'compute 2.93',
      'compute 2.94',
      'compute latest',
      'compute nonsense',
      'volume 3.0',
      '2.39',
      'COMPUTE 2.39',
      'compute 2.39, compute 2.1',
      'compute 2.1, compute 2.39',
      '',
    ].map((version) => versioned(version)),
    versioned('compute 2.39', 'compute 2.1'),
    nova(
      'old microversion header',
      'POST',
      M,
      { metadata: { mv: 'x' } },
      {
        headers: [
          ['Content-Type', 'application/json'],
          ['X-OpenStack-Nova-API-Version', '2.39'],
        ],
      },
    ),
    nova('microversion 2.36, list of images', 'GET', '/v2.1/images', undefined, versions('compute 2.36')),
    nova(
      'microversion 2.39 under /v2',
      'POST',
      '/v2/images/{image}/metadata',
      { metadata: { mv: 'x' } },
      versions('compute 2.39'),
    ),
  ],
};
