import { type Static, Type } from '../core/type.ts';

export const authenticateOptions = Type.Object(
  {
    stripToken: Type.Boolean({
      default: false,
      description: 'Do not pass the token on. For an upstream that trusts the identity headers alone.',
    }),
    allowStorageToken: Type.Boolean({
      default: false,
      description: 'Accept the token in `X-Storage-Token` too, as Nova does.',
    }),
    serviceTokenRoles: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Accept `X-Service-Token` of a caller who has one of these roles, and tell the upstream of both. Empty: service tokens are taken out.',
    }),
    serviceType: Type.String({
      default: 'compute',
      minLength: 1,
      description: 'Type of the service behind, by which access rules of application credentials name it.',
    }),
    grace: Type.Union([Type.Literal('none'), Type.Literal('reads')], {
      default: 'none',
      description:
        'While the identity service is down, let GET and HEAD of callers pass who were valid lately, as far as `identity.grace` in gateway.yaml allows.',
    }),
    compat: Type.Union([Type.Literal('none'), Type.Literal('repose')], {
      default: 'none',
      description: 'Further identity headers: those that Repose set.',
    }),
    catalog: Type.Boolean({
      default: false,
      description: 'Pass the service catalogue on as `X-Service-Catalog`.',
    }),
    quotedChallenge: Type.Boolean({
      default: true,
      description:
        'Quote the address in `WWW-Authenticate: Keystone uri="..."`. Without quotes only for old clients.',
    }),
  },
  { additionalProperties: false },
);

export type AuthenticateOptions = Static<typeof authenticateOptions>;
