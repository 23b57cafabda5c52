import { randomUUID } from 'node:crypto';
import type { EchoOrigin } from './echo-origin.ts';
import { type Aim, type HostileRow, json, mark, request, soundBody } from './hostile-row.ts';
import type { SeenRequest } from './lenient-request.ts';
import { rawExchange } from './raw-exchange.ts';

/** What became of one row. */
export interface Finding {
  readonly row: HostileRow;
  /** What got through, with what the service behind saw; `undefined`: nothing. */
  readonly through: string | undefined;
  /** Neither an answer nor an end of the connection came. */
  readonly hangs: boolean;
  /** Of the answer; `undefined` when the connection was closed without one. */
  readonly status: number | undefined;
  /** Which refusal it was, e.g. `gateway/bad-path`. */
  readonly fault: string | undefined;
}

export interface Examined {
  readonly url: string;
  readonly origin: EchoOrigin;
  /** A valid token that was not used yet, so that no limit of a project or user speaks before its time. */
  readonly token: () => string;
  /** A local address for the next connection, for the same reason; `undefined`: the usual one. */
  readonly from: () => string | undefined;
  /** Milliseconds for one request; ten seconds when left out. */
  readonly patienceMs?: number;
}

/** A look-up of the gateway: it is no request of ours passed on, and nothing that was hidden in one. */
const isLookup = ({ line, head }: SeenRequest): boolean =>
  line.startsWith('GET ') && !line.includes(mark) && !/^x-doctor:/im.test(head);

const aimOf = ({ token }: Examined): Aim => ({ token: token(), image: `/v2/images/${randomUUID()}` });

const outcomeOf = async (examined: Examined, bytes: string) => {
  const before = examined.origin.requests.length;
  const answer = await rawExchange(examined.url, bytes, examined.patienceMs ?? 10_000, examined.from());
  const seen = examined.origin.requests.slice(before).filter((one) => !isLookup(one));
  return { answer, seen };
};

const faultOf = (answer: string): string | undefined =>
  /"details":"([a-z-]+\/[a-z-]+),/.exec(answer)?.[1] ?? undefined;

/** Sends one hostile request and tells what got through. */
export const examineRow = async (examined: Examined, row: HostileRow): Promise<Finding> => {
  const { answer, seen } = await outcomeOf(examined, row.bytes(aimOf(examined)));
  const status = /^HTTP\/1\.1 ([2-5]\d\d)/m.exec(answer ?? '')?.[1];
  return {
    row,
    through: row.through({ answer: answer ?? '', seen }),
    hangs: answer === undefined,
    status: status === undefined ? undefined : Number(status),
    fault: faultOf(answer ?? ''),
  };
};

/**
 * Sends a write that nothing is wrong with. If it does not pass, refusals of others tell little.
 * @returns what was answered instead of passing it on
 */
export const examineSound = async (examined: Examined): Promise<string | undefined> => {
  const aim = aimOf(examined);
  const { answer = '', seen } = await outcomeOf(
    examined,
    request(aim, `POST ${aim.image}/metadata`, [json], soundBody),
  );
  if (seen.length > 0) return undefined;
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  return answer === '' ? 'the connection was closed' : `${answer.split('\r\n', 1)[0]} ${body}`;
};
