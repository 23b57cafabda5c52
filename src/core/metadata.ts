/** The properties of an image, name to value. Objects of this type have no prototype. */
export type Metadata = Readonly<Record<string, string>>;

/** What a write would do to an image's metadata, told from the state before and after. */
export interface EffectiveChange {
  /** Keys that are new. */
  readonly set: Metadata;
  /** Keys that get another value. */
  readonly changed: Readonly<Record<string, { readonly from: string; readonly to: string }>>;
  /** Keys that go away, with the value they had. */
  readonly removed: Metadata;
  readonly before: Metadata;
  readonly after: Metadata;
}

/** Metadata objects have no prototype, so that a key named `__proto__` or `toString` is only a key. */
export const metadata = (entries: Iterable<readonly [string, string]> = []): Record<string, string> => {
  const map: Record<string, string> = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
};

/** The effective change between two states. Writing the value that is there already is no change. */
export const effectiveChange = (before: Metadata, after: Metadata): EffectiveChange => {
  const set = metadata();
  const removed = metadata();
  const changed: Record<string, { from: string; to: string }> = Object.create(null);
  for (const key of Object.keys(after)) {
    const to = after[key] as string;
    const from = before[key];
    if (from === undefined) set[key] = to;
    else if (from !== to) changed[key] = { from, to };
  }
  for (const key of Object.keys(before)) {
    if (after[key] === undefined) removed[key] = before[key] as string;
  }
  return { set, changed, removed, before, after };
};
