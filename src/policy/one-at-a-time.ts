/**
 * Runs a task one at a time. Whoever asks during a run gets the result of one that began after the question: all who
 * ask meanwhile share the next run, since a result that began earlier may not know of what they changed.
 */
export const oneAtATime = <T>(task: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    next = undefined;
    const run = task().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
};
