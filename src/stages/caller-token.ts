import type { Headers } from '../core/exchange.ts';

/** What a request says of its token. */
export type CallerToken =
  | {
      readonly kind: 'token';
      readonly token: string /** As sent, byte for byte, in one field. */;
      readonly plain: boolean;
    }
  | { readonly kind: 'none' }
  /** Two values that differ, or a spelling that only some readers know. */
  | { readonly kind: 'ambiguous'; readonly message: string };

const none: CallerToken = Object.freeze({ kind: 'none' });

/**
 * Reads one token header. White space around it does not count (keystonemiddleware `auth_token/__init__.py`), and a
 * repeated equal value is one value.
 * @param name as people write it; read in lower case
 */
export const tokenIn = (headers: Headers, name: string): CallerToken =>
  readToken(headers[name.toLowerCase()], name);

const readToken = (value: string | string[] | undefined, name: string): CallerToken => {
  if (value === undefined) return none;
  if (typeof value === 'string') {
    const token = value.trim();
    return token === '' ? none : { kind: 'token', token, plain: token.length === value.length };
  }
  const tokens = new Set(value.map((one) => one.trim()));
  const [token] = tokens;
  if (tokens.size > 1) {
    return {
      kind: 'ambiguous',
      message: `The request has several ${name} headers with different values. Send one.`,
    };
  }
  return token === undefined || token === '' ? none : { kind: 'token', token, plain: false };
};

/**
 * The caller's token. Nova also reads `X_Auth_Token` (its WSGI server folds `_` and `-`) and `X-Storage-Token`
 * (keystonemiddleware `_request.py`), so each of them could show the upstream another caller than the one judged.
 */
export const callerToken = (headers: Headers, allowStorageToken: boolean): CallerToken => {
  if (
    headers['x_auth_token'] !== undefined ||
    headers['x-auth_token'] !== undefined ||
    headers['x_auth-token'] !== undefined
  ) {
    return {
      kind: 'ambiguous',
      message: 'The header X_Auth_Token is not accepted. Send the token in X-Auth-Token.',
    };
  }
  const own = tokenIn(headers, 'X-Auth-Token');
  if (headers['x-storage-token'] === undefined || own.kind === 'ambiguous') return own;
  if (!allowStorageToken) {
    return {
      kind: 'ambiguous',
      message: 'The header X-Storage-Token is not accepted here. Send the token in X-Auth-Token.',
    };
  }
  const storage = tokenIn(headers, 'X-Storage-Token');
  if (own.kind === 'none' || storage.kind === 'ambiguous')
    return storage.kind === 'token' ? { ...storage, plain: false } : storage;
  if (storage.kind === 'token' && storage.token !== own.token) {
    return {
      kind: 'ambiguous',
      message: 'X-Auth-Token and X-Storage-Token have different values. Send one of them.',
    };
  }
  return own;
};
