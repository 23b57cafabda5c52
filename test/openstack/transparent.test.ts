import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { explained, refusals } from './exchanges/differences.ts';
import type { Exchange } from './exchanges/exchange.ts';
import { exchangeGroups } from './exchanges/index.ts';
import { unexplainedFailures } from './exchanges/service-failures.ts';
import { type Compared, compare } from './support/compare.ts';
import { startLabGateway } from './support/gateway.ts';
import { writeSection } from './support/report.ts';
import { type Held, held, neutral, restore, type Sides, send, twoSides } from './support/sides.ts';
import { packageVersions } from './support/terminal.ts';
import { transparentSection } from './support/transparent-section.ts';

const results = new Map<string, readonly Compared[]>();

const isRead = ({ method }: Exchange): boolean => method === 'GET' || method === 'HEAD';

/** Sends one exchange both ways, and holds that a refused one changed nothing and a passed one the same. */
const bothWays = async (exchange: Exchange, sides: Sides, start: Held): Promise<Compared> => {
  const [direct, through] = await Promise.all([
    send(exchange, sides.direct),
    // A read shows the very same thing both ways.
    send(exchange, isRead(exchange) ? { ...sides.direct, ...hosts(sides) } : sides.through),
  ]);
  const plain = (text: string) => neutral(text, sides);
  const compared = { exchange, ...compare({ answer: direct, plain }, { answer: through, plain }) };
  if (isRead(exchange)) return compared;
  const [wanted, state] = await Promise.all([held(sides.direct), held(sides.through)]);
  if (compared.outcome === 'same')
    assert.deepEqual(state, wanted, `${exchange.name}: the same effect both ways`);
  else if (through.status >= 400)
    assert.deepEqual(state, start, `${exchange.name}: a refusal changes nothing`);
  if (exchange.alone !== true) {
    const kept = [isDeepStrictEqual(wanted, start), isDeepStrictEqual(state, start)];
    await Promise.all([sides.direct, sides.through].filter((_, at) => !kept[at]).map(restore));
  }
  return compared;
};

const hosts = ({ through }: Sides) => ({ compute: through.compute, image: through.image });

/** `same`, the code of the refusal, or `differs`. */
const declared = ({ name }: Pick<Exchange, 'name'>): string =>
  Object.keys(refusals).find((code) => refusals[code]?.includes(name)) ??
  (explained[name] === undefined ? 'same' : 'differs');

for (const group of exchangeGroups) {
  test(`${group.title}: every answer is the same as the service's own, but for the declared differences`, async () => {
    await using gateway = await startLabGateway();
    await using shared = await twoSides(gateway.url, group.servers === true);
    const start = await held(shared.through);
    const compared: Compared[] = [];
    for (const exchange of group.exchanges) {
      await using own = exchange.alone === true ? await twoSides(gateway.url, false) : undefined;
      compared.push(await bothWays(exchange, own ?? shared, start));
    }
    const surprises = compared.filter(({ exchange, outcome }) => outcome !== declared(exchange));
    assert.deepEqual(
      surprises.map(({ exchange, outcome, differs }) => [
        exchange.name,
        outcome,
        differs,
        declared(exchange),
      ]),
      [],
      'name, what was found, how it differs, what is declared',
    );
    assert.deepEqual(unexplainedFailures(compared), [], 'failures that are passed on, each with its reason');
    results.set(group.title, compared);
  });
}

after(async () => {
  if (results.size !== exchangeGroups.length) return;
  const services = await packageVersions('python3-keystone', 'nova-common', 'glance-common');
  writeSection('transparent', transparentSection(results, services));
});
