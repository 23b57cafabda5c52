import { Type } from '../core/type.ts';
import { clientTls } from './tls-schema.ts';
import { closed, count, held, milliseconds } from './values.ts';

const origin = (description: string) => held('origin', description);

const health = Type.Object(
  {
    path: Type.String({
      pattern: '^/[!-~]*$',
      expects: 'a path that begins with a slash, such as /',
      default: '/',
      description: 'Path of a GET; an answer from 200 to 399 is good.',
    }),
    intervalMs: milliseconds(
      'How long after an answer the next question is asked, within a tenth.',
      5000,
      100,
    ),
    timeoutMs: milliseconds('The longest wait for an answer.', 2000),
    healthy: count('Good answers in a row until an address gets requests again.', 2, 1, 100),
    unhealthy: count('Failures in a row until an address gets none.', 3, 1, 100),
  },
  { ...closed, description: 'Asks each address time and again whether it is well. Not asked when left out.' },
);

const ejection = Type.Object(
  {
    failures: count(
      'Failed exchanges in a row; a connection that cannot be made is enough by itself.',
      5,
      1,
      1000,
    ),
    firstMs: milliseconds('How long the first time; each further time is twice as long.', 1000),
    longestMs: milliseconds('How long at most.', 60_000),
  },
  {
    ...closed,
    description: 'When one of several addresses gets no requests for a while; by the defaults when left out.',
  },
);

export const upstreamSchema = Type.Object(
  {
    url: Type.Union(
      [
        origin('Address of the service: scheme, host and port.'),
        Type.Array(origin('One of its addresses.'), { minItems: 1, maxItems: 64, uniqueItems: true }),
      ],
      {
        description:
          'Address of the service: scheme, host and port; or a list of addresses that give the same answers, of which each request goes to one.',
      },
    ),
    api: Type.Optional(
      Type.String({
        pattern: '^(/[A-Za-z0-9._-]+)+$',
        expects: 'a path such as /v2.1, without a slash at its end',
        description:
          "Path of the API's root, for the gateway's own look-ups; those cannot be made when it is left out.",
      }),
    ),
    timeoutMs: milliseconds('The longest wait for the head of an answer.', 30_000),
    connections: count('The most connections open at once, to each address.', 128, 1, 65_535),
    tls: Type.Optional(
      clientTls(
        'the service',
        'Certificates, for an https:// address. Nothing turns the check of the certificate off; left out, it is checked by the authorities that Node.js trusts.',
      ),
    ),
    health: Type.Optional(health),
    ejection: Type.Optional(ejection),
  },
  { ...closed, description: 'A service behind the gateway.' },
);
