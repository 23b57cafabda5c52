export interface Part {
  close(): Promise<void>;
}

/** What has to be closed, in the order in which it was made. */
export class Parts {
  readonly #parts: Part[] = [];

  /** Takes a part as it is made, so that it is closed too when the next one cannot be made. */
  readonly own = <P extends Part>(part: P): P => {
    this.#parts.push(part);
    return part;
  };

  /** The last one first; a second call has nothing left to do. */
  async close(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) await part.close();
  }
}
