/** Policies whose answers name their revision and the number that it was written with, and clients that gather them. */
import type { TestContext } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { oneConnection } from './one-connection.ts';

const { images, tokens } = seedIds;
export const metadata = `/v2/images/${images.ubuntu}/metadata`;

export const schemaFile = 'schemas/image-metadata-merge.json';

/** Refuses the metadata key `no` in the name of a number. */
export const schema = (n: number): string =>
  JSON.stringify({
    type: 'object',
    properties: {
      metadata: {
        type: 'object',
        properties: { no: { not: {}, refusal: `V${n} does not take this key.` } },
        additionalProperties: true,
      },
    },
    additionalProperties: true,
  });

export interface Load {
  /** Answers so far. */
  readonly answers: number;
  /** Requests that got none. */
  readonly lost: readonly string[];
  /** Answers that are not the refusal of a revision. */
  readonly odd: readonly string[];
  /** The numbers that were answered in the name of each revision. */
  readonly numbers: ReadonlyMap<string, ReadonlySet<string>>;
  end(): Promise<void>;
}

/** Clients that write the key `no`, again and again, until they are ended. */
export const load = (t: TestContext, base: string, clients: number): Load => {
  let on = true;
  let answers = 0;
  const lost: string[] = [];
  const odd: string[] = [];
  const numbers = new Map<string, Set<string>>();
  t.after(() => {
    on = false;
  });
  const look = (text: string, status: number): void => {
    const revision = /policy revision (\w+)/.exec(text)?.[1];
    const number = /V\d+/.exec(text)?.[0];
    if (status !== 400 || revision === undefined || number === undefined) odd.push(text);
    else numbers.set(revision, (numbers.get(revision) ?? new Set()).add(number));
    answers += 1;
  };
  const client = async () => {
    const connection = oneConnection(t, base);
    while (on) {
      try {
        const { status, text } = await connection.call('POST', metadata, tokens.demo, {
          metadata: { no: 'a' },
        });
        look(text, status);
      } catch (error) {
        lost.push(String(error));
      }
    }
  };
  const all = Array.from({ length: clients }, client);
  return {
    get answers() {
      return answers;
    },
    lost,
    odd,
    numbers,
    async end() {
      on = false;
      await Promise.all(all);
    },
  };
};
