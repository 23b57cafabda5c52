import type { FolderContent, PolicyText } from '../policy/folder.ts';
import type { PolicySet, Share } from '../policy/policy-set.ts';

type SentText = Omit<PolicyText, 'text' | 'bytes'> & { readonly base64: string };
type SentContent = Omit<FolderContent, 'policies' | 'schemas' | 'cases'> & {
  readonly policies: readonly SentText[];
  readonly schemas: readonly SentText[];
};

/** A policy set on its way to a worker. Without the cases: the primary has run them. */
export interface SentPolicies {
  readonly current: SentContent;
  readonly candidate?: Share & { readonly content: SentContent };
}

export const packPolicies = ({ current, candidate }: PolicySet): SentPolicies => ({
  current: packContent(current),
  ...(candidate !== undefined && { candidate: { ...candidate, content: packContent(candidate.content) } }),
});

export const unpackPolicies = ({ current, candidate }: SentPolicies): PolicySet => ({
  current: unpackContent(current),
  ...(candidate !== undefined && { candidate: { ...candidate, content: unpackContent(candidate.content) } }),
});

const packContent = ({ policies, schemas, problems, warnings }: FolderContent): SentContent => ({
  policies: policies.map(packText),
  schemas: schemas.map(packText),
  problems,
  warnings,
});

const unpackContent = ({ policies, schemas, problems, warnings }: SentContent): FolderContent => ({
  policies: policies.map(unpackText),
  schemas: schemas.map(unpackText),
  cases: [],
  problems,
  warnings,
});

// The revision is a hash of the bytes, in which a mark at the beginning counts that the text does not have.
const packText = ({ name, file, bytes }: PolicyText): SentText => ({
  name,
  file,
  base64: Buffer.from(bytes).toString('base64'),
});

const unpackText = ({ name, file, base64 }: SentText): PolicyText => {
  const bytes = Buffer.from(base64, 'base64');
  return { name, file, text: new TextDecoder().decode(bytes), bytes };
};
