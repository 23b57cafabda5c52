import { type Static, Type } from '../core/type.ts';
import { closed, secret } from './values.ts';

/** How the gateway shows itself to a party that it calls, and whom it believes to be that party. @param party a name */
export const clientTls = (party: string, description: string) =>
  Type.Object(
    {
      ca: Type.Optional(secret('Certificate authorities in PEM; without it those that Node.js trusts.')),
      cert: Type.Optional(
        secret(
          `Certificate of the gateway in PEM, where ${party} asks for one; none is shown when left out.`,
        ),
      ),
      key: Type.Optional(secret("Key of the gateway's certificate in PEM; belongs to `cert`.")),
      serverName: Type.Optional(
        Type.String({
          minLength: 1,
          description: `The name in the certificate of ${party}; the host when left out.`,
        }),
      ),
    },
    { ...closed, description },
  );

export type ClientTls = Static<ReturnType<typeof clientTls>>;

const certificate = secret('Certificate in PEM, followed by those between it and its authority.');

const named = Type.Object(
  {
    names: Type.Array(
      Type.String({
        pattern: '^(\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$',
        expects: 'a host name such as images.example.org, or *.example.org for all names one level below',
        description: 'Names that clients ask for; `*.` at the beginning stands for one label.',
      }),
      { minItems: 1, description: 'Names that clients ask for.' },
    ),
    cert: certificate,
    key: secret('Its key in PEM.'),
  },
  closed,
);

/** How a listener is encrypted. */
export const listenerTls = Type.Object(
  {
    cert: certificate,
    key: secret('Its key in PEM.'),
    minVersion: Type.Optional(
      Type.Enum(['TLSv1.2', 'TLSv1.3'], { default: 'TLSv1.2', description: 'The oldest version spoken.' }),
    ),
    sni: Type.Optional(
      Type.Array(named, {
        description:
          'Further certificates, by the names that clients ask for; all are shown the one above when left out.',
      }),
    ),
    clients: Type.Optional(
      Type.Object(
        {
          ca: secret('The authorities that vouch for clients, in PEM.'),
          certificate: Type.Optional(
            Type.Enum(['require', 'request'], {
              default: 'require',
              description:
                'require: no client without a certificate. request: a client may come without; one that is shown must hold.',
            }),
          ),
        },
        { ...closed, description: 'Certificates of clients. None are asked for when left out.' },
      ),
    ),
  },
  {
    ...closed,
    description:
      'Encrypts the connections of clients. Certificates and keys that are read from files are read again when they change. Plain HTTP when left out.',
  },
);

export type ListenerTls = Static<typeof listenerTls>;
