import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { explained, refusals } from './exchanges/differences.ts';
import type { Exchange } from './exchanges/exchange.ts';
import { exchangeGroups } from './exchanges/index.ts';
import { type Compared, compare } from './support/compare.ts';
import { startLabGateway } from './support/gateway.ts';
import { writeSection } from './support/report.ts';
import { type Held, held, restore, type Sides, send, twoSides } from './support/sides.ts';
import { packageVersions } from './support/terminal.ts';
import { transparentSection } from './support/transparent-section.ts';

const results = new Map<string, readonly Compared[]>();

const isRead = ({ method }: Exchange): boolean => method === 'GET' || method === 'HEAD';

/** Sends one exchange both ways, and holds that a refused one changed nothing and a passed one the same. */
const bothWays = async (exchange: Exchange, sides: Sides, start: Held): Promise<Compared> => {
  const direct = await send(exchange, sides.direct);
  // A read shows the very same thing both ways.
  const through = await send(
    exchange,
    isRead(exchange) ? { ...sides.direct, ...hosts(sides) } : sides.through,
  );
  const compared = compare(exchange, direct, through, sides);
  if (isRead(exchange)) return compared;
  const [wanted, state] = await Promise.all([held(sides.direct), held(sides.through)]);
  if (compared.outcome === 'same')
    assert.deepEqual(state, wanted, `${exchange.name}: the same effect both ways`);
  else if (through.status >= 400)
    assert.deepEqual(state, start, `${exchange.name}: a refusal changes nothing`);
  if (exchange.alone !== true) await Promise.all([restore(sides.direct), restore(sides.through)]);
  return compared;
};

const hosts = ({ through }: Sides) => ({ compute: through.compute, image: through.image });

/** `same`, the code of the refusal, or `differs`. */
const declared = ({ name }: Exchange): string =>
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
    results.set(group.title, compared);
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
  });
}

after(async () => {
  if (results.size !== exchangeGroups.length) return;
  const services = await packageVersions('python3-keystone', 'nova-common', 'glance-common');
  writeSection('transparent', transparentSection(results, services));
});
