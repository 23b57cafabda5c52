import type { Compared } from '../support/compare.ts';

const letterCase =
  "Glance's database (MariaDB as Debian sets it up) takes two keys that differ only by case for one, keys deleted from the image long ago included, and Nova makes a 500 of its error. No API shows deleted keys nor how a database compares, and PostgreSQL takes both keys; so the gateway cannot know, and passes on the answer. Write the key as it was first written. Where a service folds the case of its keys, `body: { keys: lower }` does so before.";
const poisoned =
  'Somebody wrote `block_device_mapping` past the gateway, which refuses it; Nova can read the image no more until Glance takes the key away.';

/** Failures of the services that are passed on as they are, by the name of the request, with the reason. */
export const serviceFailures: Readonly<Record<string, string>> = {
  'a key in two cases': letterCase,
  'the disk-config key in upper case': letterCase,
  'json-keycase-2': letterCase,
  'json-keycase-3': letterCase,
  'json-keycase-fresh-fresh_one': letterCase,
  'json-keycase-fresh-FRESH_TWO': letterCase,
  'json-keycase-adc-new-image': letterCase,
  'attr-poisoned-get': poisoned,
  'attr-poisoned-post': poisoned,
  'attr-poisoned-put': poisoned,
  'attr-poisoned-delete': poisoned,
  'attr-poisoned-list': poisoned,
};

const isFailure = ({ outcome, through }: Compared): boolean => outcome === 'same' && through >= 500;

/** Passed-on failures that nobody has explained. */
export const unexplainedFailures = (all: readonly Compared[]): readonly string[] =>
  all
    .filter((each) => isFailure(each) && serviceFailures[each.exchange.name] === undefined)
    .map(({ exchange }) => exchange.name);

/** `[request, status, reason]` of the failures that were passed on. */
export const failureRows = (all: readonly Compared[]): readonly (readonly [string, string, string])[] =>
  all
    .filter(isFailure)
    .map(({ exchange, through }) => [exchange.name, String(through), serviceFailures[exchange.name] ?? '']);
