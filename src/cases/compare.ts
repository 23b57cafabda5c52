import { retryAfterSeconds } from '../core/fault.ts';
import type { Judgement } from '../pipeline/rehearse.ts';
import type { Expect } from './expect-schema.ts';

/** One thing that is not as expected. `path` is its place in `expect`. */
export interface Difference {
  readonly path: readonly string[];
  readonly expected: string;
  readonly actual: string;
  /** What came out, as it is; `undefined`: nothing did. */
  readonly came: unknown;
}

/** Holds a judgement against what a case expects; only what the case says is compared. */
export const differences = (expect: Expect, judged: Judgement): readonly Difference[] => {
  const found: Difference[] = [];
  const differ = (path: readonly string[], expected: unknown, actual: unknown): void => {
    found.push({ path, expected: shown(expected), actual: shown(actual), came: actual });
  };
  const same = (path: readonly string[], expected: unknown, actual: unknown): void => {
    if (expected !== undefined && canonical(expected) !== canonical(actual)) differ(path, expected, actual);
  };
  const { fault, answer, forward, change } = judged;
  same(['verdict'], expect.verdict, judged.outcome);
  same(['route'], expect.route, judged.route?.id);
  same(['operation'], expect.operation, judged.operation);
  same(['stage'], expect.stage, deciderOf(judged));
  if (
    expect.fault !== undefined &&
    fault?.code !== expect.fault &&
    fault?.code.split('/')[1] !== expect.fault
  )
    differ(['fault'], expect.fault, fault?.code);
  same(['status'], expect.status, fault?.status ?? answer?.status);
  same(['name'], expect.name, fault?.name);
  if (expect.message !== undefined && fault?.message.includes(expect.message) !== true)
    differ(['message'], expect.message, fault?.message);
  if (expect.retryAfter !== undefined)
    same(
      ['retryAfter'],
      expect.retryAfter,
      fault?.retryAfterMs === undefined ? 0 : retryAfterSeconds(fault.retryAfterMs),
    );
  const answered: Record<string, unknown> = { ...judged.responseHeaders, ...lower(fault?.headers ?? {}) };
  for (const [name, value] of Object.entries(expect.headers ?? {}))
    same(['headers', name], value, answered[name]);
  same(['flags'], expect.flags, judged.flags);
  if (expect.forward !== undefined) {
    const wanted = expect.forward;
    if (forward === undefined)
      found.push({
        path: ['forward'],
        expected: 'a forwarded request',
        actual: 'nothing is forwarded',
        came: undefined,
      });
    else {
      same(['forward', 'upstream'], wanted.upstream, forward.upstream);
      same(['forward', 'path'], wanted.path, forward.target);
      for (const [name, value] of Object.entries(wanted.headers ?? {}))
        same(['forward', 'headers', name], value, forward.headers[name]);
      for (const name of wanted.without ?? [])
        if (forward.headers[name] !== undefined)
          differ(['forward', 'without', name], `no header ${name}`, forward.headers[name]);
      if (wanted.text !== undefined) same(['forward', 'text'], wanted.text, textOf(forward.body));
      if (wanted.body !== undefined) same(['forward', 'body'], wanted.body, jsonOf(forward.body));
    }
  }
  if (expect.change !== undefined) {
    for (const kind of ['set', 'changed', 'removed'] as const)
      same(
        ['change', kind],
        (expect.change[kind] ?? []).toSorted(),
        change && Object.keys(change[kind]).sort(),
      );
  }
  return found;
};

/** The stage that ended the request, `gateway` for a refusal of its own, nothing for a request that passed. */
export const deciderOf = ({ fault, outcome, steps }: Judgement): string | undefined =>
  outcome === 'relay' ? steps.at(-1)?.stage : fault?.code.split('/')[0];

const lower = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const textOf = (body: Uint8Array | 'stream' | undefined): string | undefined =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : body;

const jsonOf = (body: Uint8Array | 'stream' | undefined): unknown => {
  const text = textOf(body);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
};

/** The same text for equal values, whatever the order of their names. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? 'nothing';

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);
