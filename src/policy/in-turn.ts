/** Runs tasks one after the other, in the order in which they were asked for; one that fails holds up no other. */
export const createTurns = (): (<T>(task: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task, task);
    last = run.catch(() => undefined);
    return run;
  };
};
