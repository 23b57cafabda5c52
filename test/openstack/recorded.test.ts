import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import {
  type RecordedRequest,
  recordedExchanges,
  type Settle,
  wholeText,
  wireRequest,
} from '../support/recorded/recorded-exchange.ts';
import { bind } from '../support/recorded/replay.ts';
import { recordedByChance, recordedExplained, recordedRefusals } from './exchanges/recorded-differences.ts';
import { unexplainedFailures } from './exchanges/service-failures.ts';
import type { Properties } from './support/cloud.ts';
import { type Compared, compare } from './support/compare.ts';
import { startLabGateway } from './support/gateway.ts';
import { lab } from './support/lab.ts';
import { recordedSection } from './support/recorded-section.ts';
import {
  atRest,
  copyMetadata,
  type RecordedSide,
  type RecordedSides,
  recordedSides,
} from './support/recorded-sides.ts';
import { writeSection } from './support/report.ts';
import { type Held, held } from './support/sides.ts';
import { onWire, type WireAnswer } from './support/wire.ts';

/** Nova's router takes another method than the request's from its query. */
const isRead = ({ method, target }: RecordedRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && !/(?:_|%5f)method=/i.test(wholeText(target));

const isOwn = ({ target }: RecordedRequest): boolean => !/<IMAGE_(?!DEMO[ >])/.test(wholeText(target));

type Addresses = Readonly<Record<RecordedRequest['service'], string>>;

const ask = async (recorded: RecordedRequest, at: Addresses, side: RecordedSide): Promise<WireAnswer> => {
  const answer = await onWire(at[recorded.service], wireRequest(recorded, side.names.fill));
  if (recorded.answer !== undefined) bind(recorded, answer, side.names);
  return answer;
};

/** Sends one request both ways; a refused one is then sent past the gateway, so that both sides keep one history. */
const bothWays = async (
  recorded: RecordedRequest,
  { direct, through }: RecordedSides,
  services: Addresses,
  gateway: Addresses,
): Promise<Compared> => {
  const before = isRead(recorded) ? undefined : await held(through);
  // A read shows the very same thing both ways.
  const side = isRead(recorded) ? direct : through;
  const asked = ask(recorded, services, direct);
  // One after another where both write to the same image.
  if (!isOwn(recorded)) await asked;
  const [one, other] = await Promise.all([asked, ask(recorded, gateway, side)]);
  const [plain, plainThrough] = [direct.names.neutral, side.names.neutral];
  const host = (text: string) => text.replaceAll(new URL(gateway.compute).host, '<nova>');
  const compared = {
    exchange: recorded,
    ...compare({ answer: one, plain }, { answer: other, plain: (text) => plainThrough(host(text)) }),
  };
  if (before !== undefined) await keepUp(recorded, compared, before, { direct, through }, services);
  return compared;
};

const keepUp = async (
  recorded: RecordedRequest,
  { outcome, direct: answered, through: status }: Compared,
  before: Held,
  { direct, through }: Pick<RecordedSides, 'direct' | 'through'>,
  services: Addresses,
): Promise<void> => {
  const [wanted, state] = await Promise.all([held(direct), held(through)]);
  const done = answered >= 200 && answered < 300;
  if (outcome === 'same') assert.deepEqual(state, wanted, `${recorded.name}: the same effect both ways`);
  else {
    if (status >= 400) assert.deepEqual(state, before, `${recorded.name}: a refusal changes nothing`);
    if (outcome === 'differs') await copyMetadata(direct, through);
    else if (done || !isDeepStrictEqual(state, wanted)) await ask(recorded, services, through);
  }
};

/** The recorder went on while the server was read, which by now can take longer than what it did next. */
const readsServer = ({ body }: RecordedRequest): boolean =>
  typeof body === 'string' && body.includes('"createImage"');

/** In what servers come to rest after an action; a confirmation is under way without a sign of it. */
const statusesAfter = (recorded: RecordedRequest | Settle): RegExp | undefined => {
  const body = 'settle' in recorded || typeof recorded.body !== 'string' ? '' : recorded.body;
  if (/"(?:confirm|revert)Resize"/.test(body)) return /^(?:ACTIVE|ERROR)$/;
  return /"resize"/.test(body) ? /^(?:ACTIVE|VERIFY_RESIZE|ERROR)$/ : undefined;
};

/** Gives an image many more properties than all other requests do. */
const crowds = ({ body }: RecordedRequest): boolean =>
  typeof body === 'string' && body.split('": "').length > 100;

/** The metadata that the recorder gave its image to begin a list of requests with. */
const begunWith = ({ name, body }: RecordedRequest): Properties | undefined =>
  name === 'reset' && typeof body === 'string' ? JSON.parse(body).metadata : undefined;

/** `same`, the code of the refusal, or `differs`. */
const declared = (name: string): string =>
  Object.keys(recordedRefusals).find((code) => recordedRefusals[code]?.includes(name)) ??
  (recordedExplained[name] === undefined ? 'same' : 'differs');

test('every recorded request has the same answer and effect through the gateway, but for the declared differences', async () => {
  await using gateway = await startLabGateway();
  await using sides = await recordedSides(gateway.url);
  const services = { identity: lab().keystone, compute: lab().nova, image: lab().glance };
  const through = { identity: lab().keystone, compute: gateway.url, image: gateway.url };
  const all: Compared[] = [];
  let statuses = /^(?:ACTIVE|ERROR)$/;
  let crowded = false;
  const rest = () => Promise.all([sides.direct, sides.through].map((side) => atRest(side, statuses)));
  for (const recorded of recordedExchanges()) {
    statuses = statusesAfter(recorded) ?? statuses;
    if ('settle' in recorded) {
      await rest();
      continue;
    }
    if (recorded.service === 'identity') {
      // Clients ask Keystone itself; what it issues or revokes counts for both sides.
      const answer = await ask(recorded, services, sides.direct);
      bind(recorded, answer, sides.through.names);
    } else if (recorded.answer === undefined) {
      // Only then: what an image once had is part of its history, since keys deleted long ago clash with new ones.
      const begin: Properties | undefined = crowded ? begunWith(recorded) : undefined;
      if (begin !== undefined) crowded = false;
      await Promise.all(
        [sides.direct, sides.through].map((side) =>
          begin === undefined ? ask(recorded, services, side) : side.renew(begin),
        ),
      );
    } else all.push(await bothWays(recorded, sides, services, through));
    crowded ||= crowds(recorded);
    if (readsServer(recorded)) await rest();
  }
  const surprises = all.filter(
    ({ exchange: { name }, outcome }) => outcome !== declared(name) && recordedByChance[name] === undefined,
  );
  assert.deepEqual(
    surprises.map(({ exchange, outcome, differs }) => [
      exchange.name,
      outcome,
      differs,
      declared(exchange.name),
    ]),
    [],
    'name, what was found, how it differs, what is declared',
  );
  assert.deepEqual(unexplainedFailures(all), [], 'failures that are passed on, each with its reason');
  writeSection('recorded', recordedSection(all));
});
