import { isIPv6 } from 'node:net';
import type { GatewayConfig } from '../config/schema.ts';
import type { Secret } from '../core/secret.ts';

/** What the admin listener of a running gateway answered, or a sentence that says why it did not. */
export type AdminAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** The admin listener as this machine reaches it. */
const adminUrl = ({ host, port }: GatewayConfig['admin']): string => {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${isIPv6(reached) ? `[${reached}]` : reached}:${port}`;
};

/** An admin listener and the right to ask it. */
export interface AdminPlace {
  readonly url: string;
  readonly token: Secret | undefined;
}

/** The admin listener that a configuration describes. */
export const adminPlace = ({ admin }: GatewayConfig): AdminPlace => ({
  url: adminUrl(admin),
  token: admin.token,
});

export const callAdmin = async <T>(
  { url, token }: AdminPlace,
  method: 'GET' | 'POST',
  path: string,
): Promise<AdminAnswer<T>> => {
  try {
    const response = await fetch(url + path, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body = (await response.json()) as T & { readonly error?: string };
    if (response.ok) return { ok: true, value: body };
    return { ok: false, message: body.error ?? `${url} answered ${response.status}.` };
  } catch {
    return {
      ok: false,
      message: `No gateway answers at ${url}. Is it running, and is that its admin listener?`,
    };
  }
};
