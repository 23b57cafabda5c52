import type { Exchange } from '../exchanges/exchange.ts';
import { neutral, type Sides } from './sides.ts';
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

export interface Compared {
  readonly exchange: Exchange;
  readonly direct: number;
  readonly through: number;
  /** `same`, the code of the gateway's own refusal, or `differs`. */
  readonly outcome: string;
  /** What differs, if no refusal says so. */
  readonly differs: string;
  /** The sentence of the refusal. */
  readonly sentence: string;
}

/** Puts two answers to the same request side by side. */
export const compare = (
  exchange: Exchange,
  direct: WireAnswer,
  through: WireAnswer,
  sides: Sides,
): Compared => {
  const refusal = ownRefusal(through);
  const differs = refusal === undefined ? differences(direct, through, sides) : '';
  return {
    exchange,
    direct: direct.status,
    through: through.status,
    outcome: refusal?.code ?? (differs === '' ? 'same' : 'differs'),
    differs,
    sentence: neutral(refusal?.message ?? '', sides),
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

const differences = (direct: WireAnswer, through: WireAnswer, sides: Sides): string => {
  const found: string[] = [];
  if (direct.status !== through.status) found.push(`status ${direct.status} became ${through.status}`);
  else if (direct.reason !== through.reason) found.push(`reason ${direct.reason} became ${through.reason}`);
  const [before, after] = [direct, through].map(({ headers }) => headerLines(headers, sides));
  for (const line of before ?? []) if (!after?.includes(line)) found.push(`lost header ${line}`);
  for (const line of after ?? []) if (!before?.includes(line)) found.push(`gained header ${line}`);
  if (neutral(direct.body, sides) !== neutral(through.body, sides)) {
    found.push(
      `body ${neutral(direct.body, sides).slice(0, 300)} became ${neutral(through.body, sides).slice(0, 300)}`,
    );
  }
  return found.join('; ');
};

/** Names in lower case, repeated headers joined: RFC 9110 5.1 and 5.3 let a proxy do both. */
const headerLines = (headers: WireAnswer['headers'], sides: Sides): readonly string[] =>
  [...Map.groupBy(headers, ([name]) => name.toLowerCase())]
    .filter(([name]) => !owned.has(name))
    .map(([name, lines]) => neutral(`${name}: ${lines.map(([, value]) => value).join(', ')}`, sides))
    .sort();
