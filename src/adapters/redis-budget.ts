/** Rejects with this word when the budget is used up. */
const late = new Error('Command timed out');

/**
 * A promise that settles within the budget. The last word is left to the event loop's next turn: after a pause of
 * this process, timers come before the answers that have arrived meanwhile, and those are not late.
 */
export const within = <T>(promise: Promise<T>, ms: number): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(reject, late), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
