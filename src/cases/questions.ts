import { isObject } from '../core/json.ts';
import type { Ports } from '../core/ports.ts';

/** One thing that a stage asked of the world, and what it was told. */
export interface Question {
  readonly question: string;
  readonly answer: string;
}

/** The same ports; each question and its answer are told to `note`. Neither holds a token. */
export const questioned = (ports: Ports, note: (asked: Question) => void): Ports =>
  Object.fromEntries(
    Object.entries(ports).map(([port, calls]) => [
      port,
      unheard.has(port) ? calls : overheard(port, calls, note),
    ]),
  ) as unknown as Ports;

/** Ports that answer nothing of interest. */
const unheard: ReadonlySet<string> = new Set(['clock', 'audit']);

/** A proxy, since a port may be an instance of a class. */
const overheard = (name: string, port: object, note: (asked: Question) => void): object =>
  new Proxy(port, {
    get(target, call) {
      const value: unknown = Reflect.get(target, call);
      return typeof value === 'function' ? asking(`${name}.${String(call)}`, value, target, note) : value;
    },
  });

type Call = (...given: unknown[]) => unknown;

const asking = (name: string, call: unknown, port: object, note: (asked: Question) => void): Call => {
  return (...given) => {
    const question = `${name}(${name.startsWith('tokens.') ? 'the token' : given.flatMap(shownArgument).join(', ')})`;
    const answer = (call as Call).apply(port, given);
    const tell = (value: unknown) => note({ question, answer: shownAnswer(value) });
    if (answer instanceof Promise) answer.then(tell, () => undefined);
    else tell(answer);
    return answer;
  };
};

/** Ids and names; not the caller, who holds a token, nor a signal. */
const shownArgument = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((charge) => (isCharge(charge) ? [charge.limit.name] : []));
  return isObject(value) && typeof value['serverId'] === 'string' ? [value['serverId']] : [];
};

const isCharge = (value: unknown): value is { readonly limit: { readonly name: string } } =>
  isObject(value) && isObject(value['limit']);

const shownAnswer = (value: unknown): string => {
  if (!isObject(value)) return Array.isArray(value) ? `${value.length}` : String(value ?? 'nothing');
  const { kind, reason, states, answer } = value;
  if (kind === 'unavailable') return `unavailable (${String(reason)})`;
  if (kind === 'refused' && isObject(answer)) return `refused with ${String(answer['status'])}`;
  if (kind === 'found') return `found ${shownValue(value['value'])}`;
  if (Array.isArray(states)) {
    return states
      .map((state) => `${state.limit.name}: ${state.exceeded ? 'exceeded' : `${state.remaining} left`}`)
      .join(', ');
  }
  return String(kind);
};

const shownValue = (value: unknown): string => {
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((part) => shownValue(part)).join(', ');
  if (isObject(value) && typeof value['status'] === 'string')
    return `${String(value['id'])} in ${value['status']}`;
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};
