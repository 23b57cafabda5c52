import { type Static, Type } from '../core/type.ts';
import { closed, secret } from './values.ts';

/** How the gateway shows itself to a party that it calls, and whom it believes to be that party. @param party a name */
export const clientTls = (party: string, description: string) =>
  Type.Object(
    {
      ca: Type.Optional(secret('Certificate authorities in PEM; without it those that Node.js trusts.')),
      cert: Type.Optional(secret(`Certificate of the gateway in PEM, where ${party} asks for one.`)),
      key: Type.Optional(secret("Key of the gateway's certificate in PEM.")),
      serverName: Type.Optional(
        Type.String({
          minLength: 1,
          description: `The name in the certificate of ${party}, where it is not the host.`,
        }),
      ),
    },
    { ...closed, description },
  );

export type ClientTls = Static<ReturnType<typeof clientTls>>;
