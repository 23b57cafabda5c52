import { type DestinationStream, pino } from 'pino';
import type { LevelledLog } from '../core/log.ts';

type Fields = Readonly<Record<string, unknown>>;

const service = 'images-gateway';

/**
 * Bytes that gather before they are written: a write is handed to another thread, which costs more than all lines in
 * it. What has gathered is written once a second.
 */
const batchBytes = 32_768;

/** Characters of info lines that are handed to the stream at once. */
const gatheredCharacters = 16_384;

/**
 * JSON lines on standard output. The only importer of pino.
 *
 * @param destination for tests; by default standard output, written in batches so that a line costs no system call.
 */
export const createLogger = (level: string, destination?: DestinationStream): LevelledLog => {
  const stream =
    destination ?? pino.destination({ fd: 1, minLength: batchBytes, maxWrite: 2 * batchBytes, sync: false });
  const logger = pino(
    {
      level,
      base: { 'service.name': service },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      // By name: pino's numbers mean nothing to other programs.
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  let tellsInfo = logger.isLevelEnabled('info');
  // Whoever may set the level while it runs must not be able to hide that, and what follows, from the audit.
  const tellsAudit = tellsInfo;
  const timeText = isoTimes();
  // The stream counts the bytes of each text that it is given, for which V8 must copy it: few long texts cost less.
  const most = destination === undefined ? gatheredCharacters : 0;
  let gathered = '';
  // A flush of nothing wakes another thread all the same.
  let isWaiting = false;
  const release = (): void => {
    if (gathered === '') return;
    const lines = gathered;
    gathered = '';
    stream.write(lines);
    isWaiting = true;
  };
  const flushing = destination === undefined ? setInterval(() => flushNow(), 1000).unref() : undefined;
  const flushNow = (): void => {
    release();
    if (!isWaiting) return;
    isWaiting = false;
    logger.flush();
  };
  /** By pino, behind the lines that came before. */
  const tell = (level: 'debug' | 'info' | 'warn' | 'error', fields: Fields, message: string): void => {
    release();
    logger[level](fields, message);
    isWaiting = true;
  };
  return {
    level: () => logger.level,
    setLevel(next) {
      logger.level = next;
      tellsInfo = logger.isLevelEnabled('info');
    },
    debug: (fields, message) => tell('debug', fields, message),
    info(fields, message) {
      if (!tellsInfo && !(tellsAudit && fields['kind'] === 'audit')) return;
      const line = plainLine(fields, message, timeText());
      if (line === undefined) return tell('info', fields, message);
      gathered += line;
      if (gathered.length > most) release();
    },
    warn: (fields, message) => tell('warn', fields, message),
    error: (fields, message) => tell('error', fields, message),
    flush() {
      clearInterval(flushing);
      release();
      if ('flushSync' in stream) (stream as { flushSync(): void }).flushSync();
    },
  };
};

/**
 * The line that pino would write. It writes member by member, which takes five times as long as V8 takes for the whole
 * object, and two lines are written for each request (docs/adr/013).
 * @returns `undefined` for what only pino can tell: an error, or a value that is no JSON
 */
const plainLine = (fields: Fields, message: string, time: string): string | undefined => {
  if (fields['err'] !== undefined) return undefined;
  try {
    const members = JSON.stringify(fields).slice(1, -1);
    const comma = members === '' ? '' : ',';
    return `{"level":"info","time":"${time}","service.name":"${service}",${members}${comma}"message":${JSON.stringify(message)}}\n`;
  } catch {
    return undefined;
  }
};

/** The time as ISO 8601, written anew when a millisecond has passed. */
const isoTimes = (): (() => string) => {
  let known = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== known) {
      known = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
};
