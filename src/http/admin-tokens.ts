import { type AdminPage, fromBrowser, json } from './admin-page.ts';

/** What the admin listener may do with tokens. */
export interface TokensDesk {
  revoke(
    what: { readonly tokenHash: string } | { readonly userId: string } | { readonly projectId: string },
  ): Promise<{ readonly dropped: number; readonly shared: boolean | undefined }>;
}

const help =
  'Name one of ?hash=SHA256 (64 hex digits, as sha256sum prints), ?user=ID or ?project=ID. Never send the token itself.';

/** `POST /tokens/revoke?hash=...`, `?user=...` or `?project=...`. */
export const tokensPages = (desk: TokensDesk): readonly (readonly [string, AdminPage])[] => [
  [
    'POST /tokens/revoke',
    async (req, res) => {
      if (fromBrowser(req)) {
        return json(res, 403, { error: 'Revoking is not for browsers. Use images-gateway tokens revoke.' });
      }
      const what = readQuery(new URL(req.url ?? '/', 'http://admin.invalid').searchParams);
      if (what === undefined) return json(res, 400, { error: help });
      const { dropped, shared } = await desk.revoke(what);
      json(res, 200, { revoked: what, dropped, replicas: replicas(shared) });
    },
  ],
];

const readQuery = (query: URLSearchParams): Parameters<TokensDesk['revoke']>[0] | undefined => {
  const [[name, value] = ['', ''], ...more] = [...query];
  if (more.length > 0 || value === '' || value.length > 255) return undefined;
  if (name === 'user') return { userId: value };
  if (name === 'project') return { projectId: value };
  const hash = value.toLowerCase();
  return name === 'hash' && /^[0-9a-f]{64}$/.test(hash) ? { tokenHash: hash } : undefined;
};

const replicas = (shared: boolean | undefined): string => {
  if (shared === undefined) return 'There is no Redis: only this gateway knows. Tell each of the others.';
  return shared
    ? 'Every replica knows within a second.'
    : 'Redis did not answer: only this gateway knows. Revoke again when it does.';
};
