import type { WireAnswer } from './wire.ts';

/** Headers that a proxy owns: its own connection and framing, its name, its request ids, its limits and marks. */
const owned: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'date',
  'via',
  'x-openstack-request-id',
  'x-compute-request-id',
  'ratelimit',
  'ratelimit-policy',
  'x-policy-flag',
  'x-policy-decision',
]);

/** An answer, and what puts words in the place of the ids, addresses and times in it. */
export interface Heard {
  readonly answer: WireAnswer;
  readonly plain: (text: string) => string;
}

export interface Comparison {
  readonly direct: number;
  readonly through: number;
  /** `same`, the code of the gateway's own refusal, or `differs`. */
  readonly outcome: string;
  /** What differs, if no refusal says so. */
  readonly differs: string;
  /** The sentence of the refusal. */
  readonly sentence: string;
}

export interface Compared extends Comparison {
  readonly exchange: { readonly name: string; readonly method: string };
}

/** Puts two answers to the same request side by side. */
export const compare = (direct: Heard, through: Heard): Comparison => {
  const refusal = ownRefusal(through.answer);
  const differs = refusal === undefined ? differences(direct, through) : '';
  return {
    direct: direct.answer.status,
    through: through.answer.status,
    outcome: refusal?.code ?? (differs === '' ? 'same' : 'differs'),
    differs,
    sentence: through.plain(refusal?.message ?? ''),
  };
};

/** A fault that the gateway made: its `details` begin with the code. */
const ownRefusal = (answer: WireAnswer): { readonly code: string; readonly message: string } | undefined => {
  try {
    const [fault] = Object.values(JSON.parse(answer.body) as Record<string, Record<string, unknown>>);
    const code = /^([a-z-]+\/[a-z-]+)(?:,|$)/.exec(String(fault?.['details'] ?? ''))?.[1];
    return code === undefined ? undefined : { code, message: String(fault?.['message']) };
  } catch {
    return undefined;
  }
};

const differences = (one: Heard, other: Heard): string => {
  const [direct, through] = [one.answer, other.answer];
  const found: string[] = [];
  if (direct.status !== through.status) found.push(`status ${direct.status} became ${through.status}`);
  else if (direct.reason !== through.reason) found.push(`reason ${direct.reason} became ${through.reason}`);
  const [before, after] = [headerLines(one), headerLines(other)];
  for (const line of before) if (!after.includes(line)) found.push(`lost header ${line}`);
  for (const line of after) if (!before.includes(line)) found.push(`gained header ${line}`);
  const [was, is] = [one.plain(direct.body), other.plain(through.body)];
  if (was !== is) found.push(`body ${was.slice(0, 300)} became ${is.slice(0, 300)}`);
  return found.join('; ');
};

/** Names in lower case, repeated headers joined: RFC 9110 5.1 and 5.3 let a proxy do both. */
const headerLines = ({ answer, plain }: Heard): readonly string[] =>
  [...Map.groupBy(answer.headers, ([name]) => name.toLowerCase())]
    .filter(([name]) => !owned.has(name))
    .map(([name, lines]) => plain(`${name}: ${lines.map(([, value]) => value).join(', ')}`))
    .sort();
