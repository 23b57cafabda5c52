import { createHash } from 'node:crypto';
import { type Static, Type } from '../core/type.ts';
import { shape } from '../files/shape.ts';
import { readBundle, writeBundle } from './bundle.ts';
import type { FolderContent } from './folder.ts';
import type { Share } from './policy-set.ts';

/** A revision that some projects get. */
export interface Staged extends Share {
  readonly content: FolderContent;
  /** The name it was staged by. */
  readonly from: string;
  /** When, as an ISO date. */
  readonly at: string;
}

/** A former candidate that serves all, until the policy folder says something new. */
export interface Promoted {
  readonly content: FolderContent;
  /** The revision of the folder that it took the place of. */
  readonly over: string;
  readonly from: string;
  readonly at: string;
}

/** What of a roll-out has to outlive the process. */
export interface RolloutState {
  readonly candidate?: Staged | undefined;
  readonly promoted?: Promoted | undefined;
}

const closed = { additionalProperties: false } as const;
const kept = { bundle: Type.String(), from: Type.String(), at: Type.String() };
const stateSchema = Type.Object(
  {
    candidate: Type.Optional(
      Type.Object({ ...kept, projects: Type.Array(Type.String()), percent: Type.Number() }, closed),
    ),
    promoted: Type.Optional(Type.Object({ ...kept, over: Type.String() }, closed)),
  },
  closed,
);
const fileSchema = Type.Object(
  {
    format: Type.Literal('images-gateway-rollout'),
    version: Type.Literal(1),
    sha256: Type.String(),
    state: stateSchema,
  },
  closed,
);

type StateFile = Static<typeof fileSchema>;

const isStateFile = (value: unknown): value is StateFile => shape(fileSchema, value).complaints.length === 0;

const checksum = (state: object): string => createHash('sha256').update(JSON.stringify(state)).digest('hex');

/** A roll-out as one text, with a checksum. */
export const writeRolloutState = ({ candidate, promoted }: RolloutState): string => {
  const state = {
    ...(candidate !== undefined && { candidate: packed(candidate) }),
    ...(promoted !== undefined && { promoted: packed(promoted) }),
  };
  const file = { format: 'images-gateway-rollout', version: 1, sha256: checksum(state), state };
  return `${JSON.stringify(file, null, 1)}\n`;
};

const packed = <T extends { readonly content: FolderContent }>({ content, ...rest }: T) => ({
  ...rest,
  bundle: writeBundle(content),
});

export type RolloutStateResult =
  | { readonly ok: true; readonly state: RolloutState }
  | { readonly ok: false; readonly message: string };

/** @param file where it comes from; the places of problems in its policies begin with it. */
export const readRolloutState = (file: string, text: string): RolloutStateResult => {
  const refuse = (what: string): RolloutStateResult => ({
    ok: false,
    message: `${what} Put a good copy back, or remove the file: then the policy folder alone is served, and a roll-out has to be begun anew.`,
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse('The memory of the roll-out is damaged: it is not JSON.');
  }
  if (!isStateFile(parsed)) return refuse('This is no memory of a roll-out of version 1.');
  const { state, sha256 } = parsed;
  if (checksum(state) !== sha256)
    return refuse('The memory of the roll-out is damaged: its checksum is wrong.');
  const [candidate, promoted] = [state.candidate, state.promoted].map(
    (one) => one && readBundle(file, one.bundle),
  );
  for (const read of [candidate, promoted]) if (read?.ok === false) return refuse(read.message);
  return {
    ok: true,
    state: {
      ...(candidate?.ok && state.candidate && { candidate: unpacked(state.candidate, candidate.content) }),
      ...(promoted?.ok && state.promoted && { promoted: unpacked(state.promoted, promoted.content) }),
    },
  };
};

const unpacked = <T extends { readonly bundle: string }>(
  { bundle: _bundle, ...rest }: T,
  content: FolderContent,
): Omit<T, 'bundle'> & { readonly content: FolderContent } => ({ ...rest, content });
