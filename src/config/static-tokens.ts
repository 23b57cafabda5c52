import { type Static, Type } from '../core/type.ts';
import { checkYaml } from '../files/check.ts';
import type { Problem } from '../files/problem.ts';
import { readText } from '../files/read-text.ts';
import { closed } from './values.ts';

const largestFile = 1024 * 1024;

/** One token that is known beforehand. Only its hash is: a file of them is no bunch of keys. */
export interface StaticToken {
  /** SHA-256 of the token in hex, as `sha256sum` prints it. */
  readonly sha256: string;
  readonly user: { readonly id: string; readonly name?: string | undefined };
  readonly project: { readonly id: string; readonly name?: string | undefined };
  readonly roles: readonly string[];
  /** Milliseconds since the epoch; it never expires when left out. */
  readonly expiresAt?: number | undefined;
}

const party = (what: string) =>
  Type.Object(
    {
      id: Type.String({ minLength: 1, maxLength: 255, description: `Id of the ${what}.` }),
      name: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 255,
          description: `Name of the ${what}; not told to services when left out.`,
        }),
      ),
    },
    { ...closed, description: `The ${what} that the token speaks for.` },
  );

const tokenSchema = Type.Object(
  {
    sha256: Type.String({
      pattern: '^[0-9a-f]{64}$',
      expects: 'the SHA-256 of the token, 64 hex digits in lower case, as from: printf %s TOKEN | sha256sum',
      description: 'SHA-256 of the token, in hex.',
    }),
    user: party('user'),
    project: party('project'),
    roles: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Its roles in the project.',
    }),
    expiresAt: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d)?Z$',
        expects: 'a time in UTC such as 2030-12-31T23:59:59Z',
        description: 'When it ends, in UTC, e.g. 2030-12-31T23:59:59Z; never when left out.',
      }),
    ),
  },
  { ...closed, description: 'One token.' },
);

export const tokensFileSchema = Type.Object(
  {
    version: Type.Literal(1, { description: 'The version of this file format.' }),
    tokens: Type.Array(tokenSchema, { minItems: 1, description: 'The tokens that are valid.' }),
  },
  { ...closed, title: 'Token file of images-gateway', description: 'Tokens for identity `static`.' },
);

export type TokensResult =
  | { readonly ok: true; readonly tokens: readonly StaticToken[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a token file. The places of its problems are in that file. */
export const loadStaticTokens = async (path: string): Promise<TokensResult> => {
  const read = await readText(path, path, largestFile);
  if (!read.ok) return { ok: false, problems: [{ place: read.place, message: read.message }] };
  const { checked, problems } = checkYaml(path, read.text, tokensFileSchema);
  if (checked === undefined || problems.length > 0) return { ok: false, problems };
  const faults: Problem[] = [];
  const seen = new Set<string>();
  const tokens = (checked.draft as Static<typeof tokensFileSchema>).tokens.map((token, index) => {
    const complain = (name: string, message: string) =>
      faults.push({ place: checked.place(['tokens', index, name]), message });
    if (seen.has(token.sha256)) complain('sha256', 'This token is in the list already.');
    seen.add(token.sha256);
    const { expiresAt, ...rest } = token;
    if (expiresAt === undefined) return rest;
    const end = Date.parse(expiresAt);
    // Date.parse takes the 30th of February for a day in March.
    const isThere = !Number.isNaN(end) && new Date(end).toISOString().slice(0, 10) === expiresAt.slice(0, 10);
    if (!isThere) complain('expiresAt', '"expiresAt" names a time that does not exist.');
    return { ...rest, expiresAt: end };
  });
  return faults.length > 0 ? { ok: false, problems: faults } : { ok: true, tokens };
};
