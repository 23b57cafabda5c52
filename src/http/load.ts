/** What keeps a flood from becoming an outage: bounds that are cheap to ask, before anything is done for a request. */

/** Why a request is turned away. */
export type Full = 'requests' | 'lag';

export interface LoadBounds {
  /** Requests at once. */
  readonly maxInFlight: number;
  /** Bytes of bodies held in memory at once, over all requests. */
  readonly maxBodyBytes: number;
  /** Says for one request whether it is to be turned away because the process lags behind. */
  readonly lags?: () => boolean;
}

/** How much this process has taken on. */
export class Load {
  readonly #bounds: LoadBounds;
  #inFlight = 0;
  #bodyBytes = 0;

  constructor(bounds: LoadBounds) {
    this.#bounds = bounds;
  }

  /** Requests whose answer is not finished. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Bytes of bodies that are held now. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** A request has come; `end` must follow, whatever is answered. @returns why it cannot be served, if so */
  begin(): Full | undefined {
    this.#inFlight++;
    if (this.#inFlight > this.#bounds.maxInFlight) return 'requests';
    return this.#bounds.lags?.() ? 'lag' : undefined;
  }

  end(): void {
    this.#inFlight--;
  }

  /**
   * Bytes that really came are counted, not those that were announced: a length costs its sender nothing.
   * @returns false when they do not fit; they are not counted then
   */
  take(bytes: number): boolean {
    if (this.#bodyBytes + bytes > this.#bounds.maxBodyBytes) return false;
    this.#bodyBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bodyBytes -= bytes;
  }
}
