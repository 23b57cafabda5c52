import { type ExchangeGroup, nova } from './exchange.ts';

const path = (image: string) => `/v2.1/images/{${image}}/metadata`;
const body = { metadata: { perm: '1' } };

export const permissionExchanges: ExchangeGroup = {
  title: 'Who may do what',
  exchanges: [
    ...(['member2', 'admin', 'gateway', 'reader', 'other'] as const).flatMap((as) => [
      nova(`${as} reads`, 'GET', path('image'), undefined, { as }),
      nova(`${as} writes`, 'POST', path('image'), body, { as }),
      nova(`${as} deletes a key`, 'DELETE', `${path('image')}/keep`, undefined, { as }),
    ]),
    ...['publicImage', 'adminImage', 'otherImage', 'queuedImage', 'protectedImage'].flatMap((image) => [
      nova(`demo reads ${image}`, 'GET', path(image)),
      nova(`demo writes ${image}`, 'POST', path(image), body),
    ]),
    nova('demo deletes a protected image', 'DELETE', '/v2.1/images/{protectedImage}'),
    nova('other reads a shared image', 'GET', path('sharedImage'), undefined, { as: 'other' }),
    nova('other writes a shared image', 'POST', path('sharedImage'), body, { as: 'other' }),
  ],
};
