import { createHash } from 'node:crypto';

/** A file as it was read, by its path inside the policy folder (with `/` on every system). */
export interface ReadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The first 16 hex digits of SHA-256 over all names and contents, sorted by name. Each part is preceded by its
 * length, so that no two different folders give the same input.
 */
export const revisionOf = (files: readonly ReadFile[]): string => {
  const hash = createHash('sha256');
  const part = (bytes: Uint8Array) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    hash.update(length).update(bytes);
  };
  for (const { name, bytes } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    part(Buffer.from(name, 'utf8'));
    part(bytes);
  }
  return hash.digest('hex').slice(0, 16);
};

/** The revision of a whole folder. Its cases are no part of it: they change nothing of what is answered. */
export const contentRevision = ({
  policies,
  schemas,
}: {
  readonly policies: readonly ReadFile[];
  readonly schemas: readonly ReadFile[];
}): string => revisionOf([...policies, ...schemas]);
