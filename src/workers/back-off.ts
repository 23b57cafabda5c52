/** Milliseconds for which a worker has to live to count as sound. */
const soundMs = 10_000;
const firstMs = 100;
const longestMs = 10_000;

/**
 * How long to wait before a worker is replaced: not at all after a sound one, longer each time while they keep dying
 * young, so that a gateway that cannot start does not eat the machine.
 */
export class BackOff {
  #deaths = 0;

  /** @param livedMs milliseconds that the last one lived. @returns milliseconds to wait */
  next(livedMs: number): number {
    if (livedMs >= soundMs) this.#deaths = 0;
    this.#deaths += 1;
    return this.#deaths === 1 ? 0 : Math.min(longestMs, firstMs * 2 ** (this.#deaths - 2));
  }
}
