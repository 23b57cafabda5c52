/**
 * Waits for shared work on behalf of one of those who wait. When the signal fires, this one gets `instead`, and the
 * work goes on for the others.
 */
export const untilAborted = <T>(work: Promise<T>, signal: AbortSignal, instead: T): Promise<T> => {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(instead);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
};
