import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { join } from 'node:path';
import { type Static, Type } from '../core/type.ts';
import { quoted } from '../files/problem.ts';
import { shape } from '../files/shape.ts';
import { type FolderContent, kindOfFile, type PolicyText } from './folder.ts';
import { contentRevision } from './revision.ts';

const closed = { additionalProperties: false } as const;
const kinds = ['policies', 'schemas', 'cases'] as const;
const fileSchema = Type.Object(
  { kind: Type.Enum([...kinds]), name: Type.String({ minLength: 1 }), text: Type.String() },
  closed,
);
const bundleSchema = Type.Object(
  {
    format: Type.Literal('images-gateway-bundle'),
    version: Type.Literal(1),
    revision: Type.String(),
    files: Type.Array(fileSchema),
    sha256: Type.String(),
    signature: Type.Optional(Type.String()),
  },
  closed,
);

type Bundle = Static<typeof bundleSchema>;

const isBundle = (value: unknown): value is Bundle => shape(bundleSchema, value).complaints.length === 0;

/** A mark at the beginning of a file belongs to its revision, though not to its text. */
const withMark = new TextDecoder('utf-8', { ignoreBOM: true });

/** What no policy folder could hold, as a sentence: such a bundle was not made by `writeBundle`. */
const strangeness = (files: Bundle['files']): string | undefined => {
  const foreign = files.find(({ kind, name }) => kindOfFile(name) !== kind);
  if (foreign !== undefined)
    return `No policy folder holds ${quoted(foreign.name)} among its ${foreign.kind}. Build the bundle again.`;
  const names = files.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `The bundle holds ${quoted(twice)} twice. Build it again.`;
  return files.some(({ kind }) => kind === 'policies')
    ? undefined
    : 'There is no policy in the bundle. Build it again.';
};

/** What the checksum and the signature are of: revision and files, in this order of members. */
const payloadOf = ({ revision, files }: Pick<Bundle, 'revision' | 'files'>): Buffer =>
  Buffer.from(JSON.stringify([revision, files.map(({ kind, name, text }) => [kind, name, text])]), 'utf8');

const checksum = (payload: Buffer): string => createHash('sha256').update(payload).digest('hex');

/**
 * A whole policy folder as one text, with a checksum and, given a key, an Ed25519 signature.
 * @param privateKey in PEM. Throws when it is not one.
 */
export const writeBundle = (content: FolderContent, privateKey?: string): string => {
  const revision = contentRevision(content);
  const files = kinds.flatMap((kind) =>
    content[kind].map(({ name, bytes }) => ({ kind, name, text: withMark.decode(bytes) })),
  );
  const payload = payloadOf({ revision, files });
  const signature =
    privateKey === undefined
      ? undefined
      : sign(null, payload, createPrivateKey(privateKey)).toString('base64');
  const bundle = { format: 'images-gateway-bundle', version: 1, revision, files, sha256: checksum(payload) };
  return `${JSON.stringify({ ...bundle, ...(signature !== undefined && { signature }) }, null, 1)}\n`;
};

export type BundleResult =
  | {
      readonly ok: true;
      readonly content: FolderContent;
      readonly revision: string;
      readonly signed: boolean;
    }
  | { readonly ok: false; readonly message: string };

/**
 * The files of a bundle, if it is whole.
 * @param file where it comes from; the places of problems begin with it.
 * @param publicKey in PEM: then the bundle must be signed with its private half. Throws when it is not one.
 */
export const readBundle = (file: string, text: string, publicKey?: string): BundleResult => {
  const refuse = (message: string): BundleResult => ({ ok: false, message });
  let bundle: unknown;
  try {
    bundle = JSON.parse(text);
  } catch {
    return refuse('This is no bundle: it is not JSON. Make one with: images-gateway bundle build.');
  }
  if (!isBundle(bundle))
    return refuse('This is no bundle of version 1. Make one with: images-gateway bundle build.');
  const payload = payloadOf(bundle);
  if (checksum(payload) !== bundle.sha256)
    return refuse('The checksum of the bundle is wrong: it was changed or cut. Copy it again.');
  const strange = strangeness(bundle.files);
  if (strange !== undefined) return refuse(strange);
  const { signature } = bundle;
  if (publicKey !== undefined) {
    if (signature === undefined) return refuse('The bundle is not signed. Build it with --key.');
    if (!verify(null, payload, createPublicKey(publicKey), Buffer.from(signature, 'base64')))
      return refuse('The signature of the bundle is not by this key. Do not use it.');
  }
  const of = (kind: (typeof kinds)[number]): PolicyText[] =>
    bundle.files
      .filter((one) => one.kind === kind)
      .map(({ name, text: content }) => {
        const bytes = Buffer.from(content, 'utf8');
        return { name, file: join(file, name), text: new TextDecoder().decode(bytes), bytes };
      });
  const content = {
    policies: of('policies'),
    schemas: of('schemas'),
    cases: of('cases'),
    problems: [],
    warnings: [],
  };
  if (contentRevision(content) !== bundle.revision)
    return refuse('The bundle names another revision than its files have. Build it again.');
  return { ok: true, content, revision: bundle.revision, signed: signature !== undefined };
};
