const mask = '[secret]';

/**
 * A password or token of the gateway's own. It prints as `[secret]` wherever it is shown, so that a configuration
 * can be logged whole; only `reveal` gives the text, and only adapters that send it call that.
 */
export class Secret {
  readonly #text: string;
  readonly #file: string | undefined;

  /** @param file where it was read, for what is renewed there while the gateway runs */
  constructor(text: string, file?: string) {
    this.#text = text;
    this.#file = file;
    Object.freeze(this);
  }

  reveal(): string {
    return this.#text;
  }

  get file(): string | undefined {
    return this.#file;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [Symbol.toPrimitive](): string {
    return mask;
  }

  // The well-known name of Node's `util.inspect.custom`; its symbol is registered, so no import is needed.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return mask;
  }
}
