/** What every stage must be and do, whichever it is. A new stage is held to this by its line in `stages/index.ts`. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import type { JsonObject } from '../../src/core/json.ts';
import type { Ports } from '../../src/core/ports.ts';
import type { AnyStage, Scope } from '../../src/core/stage.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { type Keywords, keywords, needed } from '../../src/files/keywords.ts';
import { operations } from '../../src/operations/index.ts';
import { portsOf } from '../../src/pipeline/compile.ts';
import { stages } from '../../src/stages/index.ts';
import { exchange, oddExchange } from '../support/exchange.ts';
import { limitOf } from '../support/limits.ts';
import { fakePorts, type Mood, moods } from '../support/ports.ts';
import { root } from '../support/source-files.ts';

const schemas = new Map<string, JsonObject>(
  readdirSync(join(root, 'policies/schemas')).map((name) => [
    `schemas/${name}`,
    JSON.parse(readFileSync(join(root, 'policies/schemas', name), 'utf8')),
  ]),
);
const scope: Scope = { routeId: 'image-metadata-write', operations, limits: [limitOf()], schemas };

/** Options as the loader hands them over when a policy says nothing. */
const defaults = (stage: AnyStage): Record<string, unknown> =>
  Value.Create(stage.options) as Record<string, unknown>;

const prepare = (stage: AnyStage, ports: Ports, options = defaults(stage)) =>
  stage.prepare(Object.freeze(options), ports, scope);

const sentence = /^\S.*[.?!]$/s;

/** Every schema inside a schema that has a name, with the path to it. */
const properties = (schema: Keywords, path = ''): readonly (readonly [string, Keywords])[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [`${path}${name}`, property] as const,
    ...properties(property, `${path}${name}.`),
  ]);

/** Fails when a verdict is not one that the runner, the docs and the client can do something with. */
const assertUsable = (stage: AnyStage, verdict: Verdict): void => {
  assert.ok(['pass', 'deny', 'relay'].includes(verdict.kind), JSON.stringify(verdict));
  if (verdict.kind === 'deny') {
    assert.ok(Object.hasOwn(stage.faults, verdict.fault), `undeclared fault ${verdict.fault}`);
    assert.match(verdict.message, sentence);
    const { retryAfterMs = 0 } = verdict;
    assert.ok(Number.isFinite(retryAfterMs) && retryAfterMs >= 0, `${retryAfterMs}`);
  }
  if (verdict.kind === 'pass' && verdict.flag !== undefined)
    assert.ok(Object.hasOwn(stage.faults, verdict.flag), `undeclared fault ${verdict.flag}`);
  if (verdict.kind === 'pass' && verdict.identity !== undefined) assert.ok(stage.gives.includes('identity'));
  const sent = verdict.kind === 'pass' ? { ...verdict.upstreamHeaders, ...verdict.responseHeaders } : {};
  for (const name of Object.keys(sent)) assert.match(name, /^[a-z0-9-]+$/);
};

test('stages have different names', () => {
  assert.equal(new Set(stages.map(({ name }) => name)).size, stages.length);
});

for (const stage of stages)
  describe(`the stage ${stage.name}`, () => {
    test('has a name in lower case with hyphens, and lives in the file of that name', () => {
      assert.match(stage.name, /^[a-z]+(-[a-z]+)*$/);
      assert.ok(existsSync(join(root, 'src/stages', `${stage.name}.ts`)));
    });

    test('says in one sentence what it does', () => {
      assert.match(stage.summary, /^[A-Z][^\n]{10,160}\.$/);
    });

    test('describes every option, gives it a default or needs it, and takes no others', () => {
      const options = keywords(stage.options);
      assert.equal(options.additionalProperties, false);
      for (const [path, property] of properties(options).filter(([path]) => !path.includes('.'))) {
        assert.match(property.description ?? '', sentence, path);
        assert.ok('default' in property || needed(options).includes(path), `${path} has no default`);
      }
      assert.ok(Value.Check(stage.options, defaults(stage)));
    });

    test('names every way to refuse, with its status and when it happens', () => {
      for (const [name, { status, when }] of Object.entries(stage.faults)) {
        assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
        assert.ok(status >= 400 && status <= 599, `${name}: ${status}`);
        assert.match(when, /^[A-Z].*\.$/, name);
      }
    });

    test('is prepared without asking anyone, with the ports it names and no others', () => {
      const { ports, asked } = fakePorts('calm');
      const given = portsOf(stage, ports);
      const watched = new Proxy(given, {
        get: (target, name) => {
          assert.ok(name in target, `it takes the port ${String(name)}, which it does not name`);
          return Reflect.get(target, name);
        },
      });
      prepare(stage, watched);
      assert.deepEqual(asked, []);
    });

    test('prepared twice gives two checks that know nothing of each other', async () => {
      const [first, second] = [fakePorts('calm'), fakePorts('down')];
      const checks = [prepare(stage, first.ports), prepare(stage, second.ports)] as const;
      const alone = await prepare(stage, fakePorts('calm').ports)(exchange());
      const askedBefore = second.asked.length;
      assert.deepEqual(kindOf(await checks[0](exchange())), kindOf(alone));
      assert.equal(second.asked.length, askedBefore);
      await checks[1](exchange({}, 'down'));
      assert.deepEqual(kindOf(await checks[0](exchange())), kindOf(alone));
    });

    for (const mood of moods)
      test(`answers the oddest request with a verdict and writes nothing to it, its ports being ${mood}`, async () => {
        await fc.assert(fc.asyncProperty(oddExchange(stage.reads, mood), judged(stage, mood)), {
          numRuns: 60,
        });
      });
  });

/** The exchange is frozen: writing to it throws, and an exception fails the property. */
const judged = (stage: AnyStage, mood: Mood) => {
  const check = prepare(stage, fakePorts(mood).ports);
  return async (x: ReturnType<typeof exchange>): Promise<void> => {
    const verdict = await check(x);
    assertUsable(stage, verdict);
    if (verdict.kind !== 'pass') return;
    await verdict.settle?.({ forwarded: true, status: 200 });
    await verdict.settle?.({ forwarded: false, status: undefined });
  };
};

const kindOf = (verdict: Verdict) => [verdict.kind, verdict.kind === 'deny' ? verdict.fault : undefined];
