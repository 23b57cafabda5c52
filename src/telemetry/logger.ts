import { type DestinationStream, pino } from 'pino';
import type { Log } from '../core/log.ts';

/**
 * JSON lines on standard output. The only importer of pino.
 *
 * @param destination for tests; by default standard output, written in batches so that a line costs no system call.
 */
export const createLogger = (level: string, destination?: DestinationStream): Log & { flush(): void } => {
  const stream = destination ?? pino.destination({ fd: 1, minLength: 4096, sync: false });
  const logger = pino(
    {
      level,
      base: { service: 'images-gateway' },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
    },
    stream,
  );
  const flushing = destination === undefined ? setInterval(() => logger.flush(), 1000).unref() : undefined;
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush() {
      clearInterval(flushing);
      if ('flushSync' in stream) (stream as { flushSync(): void }).flushSync();
    },
  };
};
