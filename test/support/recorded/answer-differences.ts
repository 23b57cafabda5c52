import { isDeepStrictEqual } from 'node:util';
import type { WireAnswer } from '../../openstack/support/wire.ts';
import type { RecordedAnswer } from './recorded-exchange.ts';
import { wholeText } from './recorded-exchange.ts';

/** One place in which an answer is not the recorded one. */
export interface AnswerDifference {
  /** `status`, `reason`, `header NAME`, `text`, or the path of a JSON member, e.g. `json.server.flavor.id`. */
  readonly where: string;
  readonly recorded: unknown;
  readonly answered: unknown;
}

const compared = [
  'content-type',
  'vary',
  'openstack-api-version',
  'x-openstack-nova-api-version',
  'www-authenticate',
  'location',
  'x-subject-token',
  'x-openstack-request-id',
  'x-compute-request-id',
  'allow',
] as const;

/** @param neutral puts names in the place of ids, times and secrets */
export const answerDifferences = (
  recorded: RecordedAnswer,
  answer: WireAnswer,
  neutral: (text: string) => string,
): readonly AnswerDifference[] => {
  const found: AnswerDifference[] = [];
  const note = (where: string, one: unknown, other: unknown): void => {
    if (!isDeepStrictEqual(one, other)) found.push({ where, recorded: one, answered: other });
  };
  note('status', recorded.status, answer.status);
  note('reason', recorded.reason, answer.reason);
  for (const name of compared) {
    const values = answer.headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
    note(
      `header ${name}`,
      recorded.headers[name],
      values.length === 0 ? undefined : neutral(values.join(', ')),
    );
  }
  const text = neutral(answer.body);
  const json = parsed(text);
  if (recorded.json === undefined || json === undefined) {
    note('text', wholeText(recorded.text ?? JSON.stringify(recorded.json) ?? ''), text);
  } else {
    compareJson('json', recorded.json, json, note);
  }
  return found;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

type Note = (where: string, recorded: unknown, answered: unknown) => void;
type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const compareJson = (where: string, one: unknown, other: unknown, note: Note): void => {
  if (isMembers(one) && isMembers(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      compareJson(`${where}.${name}`, one[name], other[name], note);
    }
  } else if (Array.isArray(one) && Array.isArray(other)) compareLists(where, one, other, note);
  else note(where, one, other);
};

/** Lists whose order says nothing, and the member by which their items are known. */
const unordered: Readonly<Record<string, string>> = {
  roles: 'name',
  catalog: 'type',
  endpoints: 'interface',
  methods: '',
};

const named = /^<[A-Z_]+(?: \d+)?>$/;

/**
 * What is listed by id is compared where both clouds know it: each holds other things besides. The order counts, but in
 * lists that have none.
 */
const compareLists = (
  where: string,
  one: readonly unknown[],
  other: readonly unknown[],
  note: Note,
): void => {
  const key = unordered[where.slice(where.lastIndexOf('.') + 1)];
  const keyOf = (item: unknown): string => String(isMembers(item) ? item[key ?? 'id'] : item);
  const isKnown = (item: unknown): boolean => key !== undefined || named.test(keyOf(item));
  const isList = (list: readonly unknown[]) =>
    list.every((item) => isKnown(item) || keyOf(item) === '<uuid>');
  if (!isList(one) || !isList(other)) {
    note(`${where} length`, one.length, other.length);
    for (const [at, item] of one.entries()) compareJson(`${where}[]`, item, other[at], note);
    return;
  }
  const known = one.filter(isKnown);
  const both = known.filter((item) => other.some((each) => keyOf(each) === keyOf(item)));
  note(`${where} listed`, known.map(keyOf).sort(), both.map(keyOf).sort());
  const same = other.filter((item) => both.some((each) => keyOf(each) === keyOf(item)));
  if (key === undefined) note(`${where} in order`, both.map(keyOf), same.map(keyOf));
  for (const item of both) {
    const found = same.find((each) => keyOf(each) === keyOf(item));
    compareJson(`${where}[]`, item, found, note);
  }
};
