/**
 * `npm run fuzz -- SECONDS SEED`: throws random input at every parser and at the socket, for 60 seconds when nothing
 * is said. Ends with 1 and the input that broke a rule, which then becomes a named test.
 */
import fc from 'fast-check';
import { startAnswersTarget } from './answers-target.ts';
import { diceOf } from './mutations.ts';
import { parserTargets } from './parser-targets.ts';
import { startPipelinesTarget } from './pipelines-target.ts';
import { type SocketTarget, startSocketTarget } from './socket-target.ts';

const [secondsGiven = '60', seedGiven] = process.argv.slice(2);
const seconds = Number(secondsGiven);
const seed = seedGiven === undefined ? Date.now() % 2 ** 31 : Number(seedGiven);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  process.stderr.write('Usage: npm run fuzz -- [SECONDS] [SEED], both numbers.\n');
  process.exit(2);
}
process.stdout.write(`fuzzing for ${seconds} s with seed ${seed}\n`);

/** Half of the time for the parsers, half for the sockets. */
const share = (seconds * 1000) / 2;

const fuzzParsers = async (): Promise<void> => {
  for (const { name, property } of parserTargets) {
    const details = await fc.check(property, {
      seed,
      numRuns: 100_000_000,
      interruptAfterTimeLimit: share / parserTargets.length,
      markInterruptAsFailure: false,
    });
    if (details.failed) throw new Error(`${name}: ${fc.defaultReportMessage(details)}`);
    process.stdout.write(`${name}: ${details.numRuns} inputs held\n`);
  }
};

const socketTargets: readonly (readonly [name: string, start: () => Promise<SocketTarget>])[] = [
  ['raw bytes, before an origin that prefers length', () => startSocketTarget('length')],
  ['raw bytes, before an origin that prefers chunks', () => startSocketTarget('chunks')],
  ['pipelines with refusals among them', startPipelinesTarget],
  ['answers of a broken origin', startAnswersTarget],
];

const fuzzSockets = async (): Promise<void> => {
  for (const [name, start] of socketTargets) {
    const dice = diceOf(seed);
    const target = await start();
    const end = performance.now() + share / socketTargets.length;
    let sent = 0;
    try {
      for (; performance.now() < end; sent += 32) await target.run(dice, 32);
    } finally {
      await target.close();
    }
    process.stdout.write(`${name}: ${sent} connections held\n`);
  }
};

try {
  await fuzzParsers();
  await fuzzSockets();
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.message : error}\nAgain with: npm run fuzz -- ${seconds} ${seed}\n`,
  );
  process.exit(1);
}
