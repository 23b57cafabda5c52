import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { pino } from 'pino';
import { createLogger } from '../../../src/telemetry/logger.ts';

const collected = () => {
  const lines: string[] = [];
  return { lines, stream: { write: (line: string) => void lines.push(line) } };
};

const withoutTime = (line: string | undefined): unknown => {
  const { time, ...rest } = JSON.parse(line ?? '');
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return rest;
};

test('a line of level info reads the same as the one that pino writes', () => {
  const fields = fc.dictionary(
    fc
      .string()
      .filter((name) => !['time', 'level', 'service.name', 'message', 'err', '__proto__'].includes(name)),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fields, fc.string(), (given, message) => {
      const ours = collected();
      const theirs = collected();
      createLogger('info', ours.stream).info(given, message);
      pino(
        {
          base: { 'service.name': 'images-gateway' },
          formatters: { level: (label) => ({ level: label }) },
          timestamp: pino.stdTimeFunctions.isoTime,
          messageKey: 'message',
        },
        theirs.stream,
      ).info(given, message);
      assert.deepEqual(withoutTime(ours.lines[0]), withoutTime(theirs.lines[0]));
      assert.equal(ours.lines[0]?.indexOf('\n'), (ours.lines[0]?.length ?? 0) - 1);
    }),
  );
});

test('a line without members is whole, and members that are undefined are left out', () => {
  const { lines, stream } = collected();
  const log = createLogger('info', stream);
  log.info({}, 'nothing');
  log.info({ user: undefined, n: 1 }, 'something');
  assert.deepEqual(lines.map(withoutTime), [
    { level: 'info', 'service.name': 'images-gateway', message: 'nothing' },
    { level: 'info', 'service.name': 'images-gateway', n: 1, message: 'something' },
  ]);
});

test('errors are told with their stack, and values that are no JSON end no request', () => {
  const { lines, stream } = collected();
  const log = createLogger('info', stream);
  log.info({ err: new Error('broken') }, 'told');
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  log.info({ circle, big: 10n }, 'odd');
  assert.match(lines[0] ?? '', /broken.*stack/s);
  assert.match(lines[1] ?? '', /"message":"odd"/);
});

test('a level that is not asked for is not written', () => {
  const { lines, stream } = collected();
  createLogger('warn', stream).info({ a: 1 }, 'quiet');
  assert.deepEqual(lines, []);
});

test('without a destination it writes to standard output', async () => {
  const logger = new URL('../../../src/telemetry/logger.ts', import.meta.url);
  const script = `import { createLogger } from ${JSON.stringify(logger.href)};
    const log = createLogger('info'); log.info({ a: 1 }, 'one'); log.warn({}, 'two'); log.flush();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).message),
    ['one', 'two'],
  );
});

test('an audit line is written even when the level was lowered while it runs, but not against the settings', () => {
  const { lines, stream } = collected();
  const log = createLogger('info', stream);
  log.setLevel('silent');
  log.info({ kind: 'audit', event: 'admin-write' }, 'told');
  log.info({ kind: 'access' }, 'held back');
  const quiet = createLogger('silent', stream);
  quiet.info({ kind: 'audit', event: 'admin-write' }, 'held back');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).message),
    ['told'],
  );
});
