import type { Secret } from '../core/secret.ts';

/** A thing of Keystone named by its id, or by its name within a domain. */
export type ByIdOrName =
  | { readonly id: string }
  | { readonly name: string; readonly domain: { readonly id: string } | { readonly name: string } };

/** By what right the gateway asks Keystone about a caller's token. */
export type KeystoneCredential =
  | {
      readonly kind: 'password';
      readonly user: ByIdOrName;
      readonly password: Secret;
      readonly project: ByIdOrName;
    }
  | {
      readonly kind: 'application-credential';
      /** By id alone, or by name together with its user. */
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: ByIdOrName };
      readonly secret: Secret;
    }
  /** None of its own: each token vouches for itself, which Keystone allows. */
  | { readonly kind: 'caller' };

export type OwnCredential = Exclude<KeystoneCredential, { kind: 'caller' }>;

/** The body of `POST /v3/auth/tokens` (Identity API v3, "Password authentication with scoped authorization" and "Authenticating with an Application Credential"). */
export const authBody = (credential: OwnCredential): string => {
  if (credential.kind === 'password') {
    const user = { ...credential.user, password: credential.password.reveal() };
    const identity = { methods: ['password'], password: { user } };
    return JSON.stringify({ auth: { identity, scope: { project: credential.project } } });
  }
  const application = { ...credential.credential, secret: credential.secret.reveal() };
  // An application credential carries its own project; naming a scope beside it is an error.
  const identity = { methods: ['application_credential'], application_credential: application };
  return JSON.stringify({ auth: { identity } });
};
