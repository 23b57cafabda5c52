import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Addresses } from '../../../src/adapters/upstream-addresses.ts';
import { recordingLog, recordingMeters } from '../../support/recording.ts';

const ejection = { failures: 3, firstMs: 1000, longestMs: 8000 };

const addressesOf = (count: number) => {
  let time = 1_000_000;
  const meters = recordingMeters();
  const log = recordingLog();
  const urls = Array.from({ length: count }, (_, index) => `http://10.0.0.${index + 1}:8774`);
  const clock = { now: () => time };
  const addresses = new Addresses({ name: 'compute', urls, ejection, meters, log, clock, random: () => 0.5 });
  const chosen = (): number => addresses.choose()?.index ?? -1;
  const exchange = (index: number, ending: 'well' | 'failed' | 'unreached' | 'nothing'): void => {
    const address = addresses.all[index];
    assert.ok(address !== undefined);
    addresses.begin(address);
    addresses.end(address, ending);
  };
  const wait = (milliseconds: number): void => {
    time += milliseconds;
  };
  const up = (index: number): number =>
    meters.value('images_gateway_upstream_address_up', {
      upstream: 'compute',
      address: `10.0.0.${index + 1}:8774`,
    });
  return { addresses, chosen, exchange, wait, up, log, meters };
};
const several = (times: number, choose: () => number): number[] => Array.from({ length: times }, choose);

test('addresses that have as much to do take turns', () => {
  const { chosen } = addressesOf(3);
  assert.deepEqual(several(6, chosen), [0, 1, 2, 0, 1, 2]);
});

test('the address with the fewest requests in flight is next', () => {
  const { addresses, chosen } = addressesOf(3);
  const [first, second] = addresses.all;
  assert.ok(first !== undefined && second !== undefined);
  addresses.begin(first);
  addresses.begin(second);
  assert.deepEqual(several(3, chosen), [2, 2, 2]);
});

test('an address that cannot be reached is left out at once, and one that fails after some failures in a row', () => {
  const { chosen, exchange, up } = addressesOf(3);
  exchange(0, 'unreached');
  exchange(1, 'failed');
  exchange(1, 'failed');
  exchange(1, 'well');
  exchange(1, 'failed');
  exchange(1, 'failed');
  exchange(1, 'nothing');
  assert.deepEqual([up(0), up(1)], [0, 1]);
  assert.deepEqual(new Set(several(6, chosen)), new Set([1, 2]));
  exchange(1, 'failed');
  assert.deepEqual(new Set(several(6, chosen)), new Set([2]));
});

test('an address comes back with single requests, until one of them ends well', () => {
  const { addresses, chosen, exchange, wait, up, log } = addressesOf(2);
  exchange(0, 'unreached');
  wait(999);
  assert.deepEqual(new Set(several(4, chosen)), new Set([1]));
  wait(1);
  const [first, second] = addresses.all;
  assert.ok(first !== undefined && second !== undefined);
  assert.ok(several(2, chosen).includes(0));
  addresses.begin(first);
  addresses.begin(second);
  assert.deepEqual(new Set(several(4, chosen)), new Set([1]), 'its trial is under way');
  wait(1000);
  assert.ok(several(2, chosen).includes(0), 'a trial that lasts does not keep it out for ever');
  assert.equal(up(0), 0);
  addresses.end(first, 'well');
  assert.equal(up(0), 1);
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['the address failed and is left out for a while', 'the address answers again'],
  );
});

test('an address that comes and goes is left out for longer and longer, up to a bound', () => {
  const { exchange, wait, log } = addressesOf(2);
  for (let round = 0; round < 6; round++) {
    exchange(0, 'unreached');
    wait(8000);
    exchange(0, 'well');
  }
  const lengths = () => log.lines.flatMap(({ fields }) => ('forMs' in fields ? [fields.forMs] : []));
  assert.deepEqual(lengths(), [1000, 2000, 4000, 8000, 8000, 8000]);
  wait(20_000);
  exchange(0, 'unreached');
  assert.equal(lengths().at(-1), 1000, 'it kept well for long');
});

test('many failures of one outage are one ejection', () => {
  const { addresses, exchange, log, meters } = addressesOf(2);
  const [first] = addresses.all;
  assert.ok(first !== undefined);
  for (let request = 0; request < 50; request++) addresses.begin(first);
  for (let request = 0; request < 50; request++) addresses.end(first, 'unreached');
  exchange(0, 'well');
  assert.equal(log.lines.length, 1);
  const labels = { upstream: 'compute', address: '10.0.0.1:8774' };
  assert.equal(meters.value('images_gateway_upstream_address_ejections_total', labels), 1);
});

test('when no address is well, all are chosen from', () => {
  const { addresses, chosen, exchange } = addressesOf(2);
  exchange(0, 'unreached');
  const [, second] = addresses.all;
  assert.ok(second !== undefined);
  addresses.checked(second, false);
  assert.deepEqual(new Set(several(4, chosen)), new Set([0, 1]));
});

test('an address that passes its checks again need not wait for the end of its ejection', () => {
  const { addresses, chosen, exchange, up } = addressesOf(2);
  const [first] = addresses.all;
  assert.ok(first !== undefined);
  exchange(0, 'unreached');
  addresses.checked(first, false);
  assert.equal(up(0), 0);
  addresses.checked(first, true);
  assert.equal(up(0), 1);
  assert.deepEqual(new Set(several(4, chosen)), new Set([0, 1]));
});

test('one request is sent to three addresses at most, and to none twice', () => {
  const { addresses } = addressesOf(5);
  const tried = new Set<NonNullable<ReturnType<typeof addresses.choose>>>();
  for (let next = addresses.choose(tried); next !== undefined; next = addresses.choose(tried)) {
    assert.ok(!tried.has(next));
    tried.add(next);
  }
  assert.equal(tried.size, 3);
});

test('whatever happens to the addresses, one is found, and nothing stays in flight', () => {
  const endings = fc.constantFrom('well', 'failed', 'unreached', 'nothing', 'check-good', 'check-bad');
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.tuple(endings, fc.integer({ min: 0, max: 3000 }))),
      (count, events) => {
        const { addresses, wait } = addressesOf(count);
        for (const [event, milliseconds] of events) {
          const address = addresses.choose();
          assert.ok(address !== undefined);
          if (event === 'check-good' || event === 'check-bad')
            addresses.checked(address, event === 'check-good');
          else {
            addresses.begin(address);
            addresses.end(address, event);
          }
          wait(milliseconds);
        }
        assert.deepEqual(
          addresses.status().filter(({ inFlight }) => inFlight !== 0),
          [],
        );
      },
    ),
  );
});
