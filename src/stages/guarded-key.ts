import type { EffectiveChange, Metadata } from '../core/metadata.ts';
import type { MetadataIntent } from '../core/operation.ts';

const plainKey = /^[\x21-\x7e]*$/;

/**
 * A key in the one form in which guarded keys are compared: trimmed, lower case, without accents and compatibility
 * forms, without the prefix of the alias. Nova maps `hw_auto_disk_config` onto `auto_disk_config`
 * (`nova/objects/image_meta.py`), Rackspace's origin folds case, MariaDB's default collation takes accented and
 * full-width letters for plain ones, and `.json` behind a key in a path is a suffix to some services.
 */
export const comparableKey = (key: string): string => {
  return (plainKey.test(key) ? key : withoutDisguise(key))
    .toLowerCase()
    .replace(/\.json$/, '')
    .replace(/^hw_/, '');
};

/** Some letters come to their plain form only by way of the capital one: `ı` is `I` there (MariaDB's general_ci). */
const withoutDisguise = (key: string): string =>
  key
    .normalize('NFKD')
    .replace(/[\p{M}\p{C}\s]/gu, '')
    .toUpperCase();

/**
 * What collations by the Unicode algorithm take for the same letter, such as `ø` and `o` (MariaDB's uca1400_ai_ci). Made
 * for the first key that needs it: its tables take 10 ms and some memory, and most gateways never see such a key.
 */
let collator: Intl.Collator | undefined;
const sameLetters = (one: string, other: string): boolean => {
  collator ??= new Intl.Collator('und', { sensitivity: 'base' });
  return collator.compare(one, other) === 0;
};

/** Tells whether a key is the guarded one, in any spelling. */
export const keyMatcher = (guarded: string): ((key: string) => boolean) => {
  const wanted = comparableKey(guarded);
  return (key) => {
    // An ASCII key only gets shorter, and by no more than prefix and suffix: most keys are told by their length.
    const longer = key.length - wanted.length;
    const isPlain = plainKey.test(key);
    if ((longer < 0 || longer > 8) && isPlain) return false;
    const compared = comparableKey(key);
    return compared === wanted || (!isPlain && sameLetters(compared, wanted));
  };
};

/** Could this write change the guarded key? If not, the current state need not be read. */
export const mayTouch = (intent: MetadataIntent, matches: (key: string) => boolean): boolean =>
  intent.replaces || intent.named.some(matches);

/** One guarded key that a write would change, in the spelling that changes. */
export interface KeyChange {
  readonly key: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/**
 * Every change of the guarded key, under all its spellings. The upstream may fold keys or not: a removal that names a
 * spelling which is not there counts as the removal of the one that is.
 */
export const changesOf = (
  change: EffectiveChange,
  intent: MetadataIntent,
  matches: (key: string) => boolean,
): readonly KeyChange[] => {
  const { before, after } = change;
  const found: KeyChange[] = [];
  for (const key of keysLike(change.set, matches)) found.push({ key, from: undefined, to: change.set[key] });
  for (const key of Object.keys(change.changed).filter(matches)) {
    const { from, to } = change.changed[key] ?? {};
    found.push({ key, from, to });
  }
  for (const key of keysLike(change.removed, matches))
    found.push({ key, from: change.removed[key], to: undefined });
  if (intent.named.some((name) => matches(name) && before[name] === undefined && after[name] === undefined)) {
    for (const key of keysLike(before, matches)) found.push({ key, from: before[key], to: undefined });
  }
  return found;
};

const keysLike = (map: Metadata, matches: (key: string) => boolean): readonly string[] =>
  Object.keys(map).filter(matches);
