/** Something that strict JSON does not allow, and the offset in UTF-16 units where it stands. */
export interface JsonFlaw {
  readonly what: string;
  readonly at: number;
}

class Flaw {
  readonly what: string;
  readonly at: number;
  constructor(what: string, at: number) {
    this.what = what;
    this.at = at;
  }
}

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings (RFC 8259 7).
const plainString = /[^"\\\x00-\x1f]*/y;
const escapeShape = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const words: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

/** One pass over a JSON text that says what is wrong with it; the value itself is left to `JSON.parse`. */
export class JsonScanner {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  /** The first flaw, or `undefined` for a text that is strict JSON. */
  check(): JsonFlaw | undefined {
    try {
      this.#space();
      this.#value(0);
      this.#space();
      if (this.#at < this.#text.length) this.#fail('There is something after the end of the JSON value');
      return undefined;
    } catch (flaw) {
      if (flaw instanceof Flaw) return flaw;
      throw flaw;
    }
  }

  /** Thrown only inside this file, to leave all levels of the text at once. */
  #fail(what: string, at = this.#at): never {
    throw new Flaw(what, at);
  }

  #value(depth: number): void {
    const first = this.#text[this.#at];
    if (first === '"') this.#string();
    else if (first === '{') this.#object(depth + 1);
    else if (first === '[') this.#list(depth + 1);
    else if (first === undefined) this.#fail('The body ends in the middle of the JSON value');
    else if (first === '-' || (first >= '0' && first <= '9')) this.#number();
    else {
      const word = words[first];
      if (word === undefined || !this.#text.startsWith(word, this.#at))
        this.#fail('A JSON value is expected here');
      else this.#at += word.length;
    }
  }

  #object(depth: number): void {
    this.#enter(depth);
    if (this.#take('}')) return;
    const names = new Set<string>();
    do {
      this.#space();
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail('A name in double quotes is expected here');
      const escaped = this.#string();
      const slice = this.#text.slice(start + 1, this.#at - 1);
      const name = escaped ? (JSON.parse(`"${slice}"`) as string) : slice;
      if (name === '__proto__') this.#fail('The name "__proto__" is not accepted', start);
      if (names.has(name)) this.#fail(`The name ${shown(name)} stands twice in the same object`, start);
      names.add(name);
      if (!this.#take(':')) this.#fail(`A colon is expected after the name ${shown(name)}`);
      this.#space();
      this.#value(depth);
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('A comma or "}" is expected here');
  }

  #list(depth: number): void {
    this.#enter(depth);
    if (this.#take(']')) return;
    do {
      this.#space();
      this.#value(depth);
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail('A comma or "]" is expected here');
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth)
      this.#fail(`Objects and lists lie more than ${this.#maxDepth} deep in one another`);
    this.#at++;
  }

  /** Skips white space, and the character if it stands there. */
  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  /** Leaves a string behind; tells whether it has escapes. */
  #string(): boolean {
    const start = this.#at++;
    let escaped = false;
    for (;;) {
      plainString.lastIndex = this.#at;
      plainString.test(this.#text);
      this.#at = plainString.lastIndex;
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at++;
        return escaped;
      }
      if (next === undefined) this.#fail('A string that begins here has no end', start);
      if (next !== '\\') this.#fail('A string contains a control character; it must be written as an escape');
      escaped = true;
      this.#escape();
    }
  }

  #escape(): void {
    const unit = this.#escapedUnit();
    if (unit === 0) this.#fail('A string contains the character NUL', this.#at - 6);
    if (unit < 0xd800 || unit > 0xdfff) return;
    const start = this.#at - 6;
    // The decoder leaves no half pairs in the text itself, so a half can only stand beside another escape.
    const low = unit < 0xdc00 && this.#text.startsWith('\\u', this.#at) ? this.#escapedUnit() : 0;
    if (low < 0xdc00 || low > 0xdfff) this.#fail('A string contains one half of a surrogate pair', start);
  }

  /** The UTF-16 unit of a `\u` escape; 1, which nothing looks for, for the short escapes. */
  #escapedUnit(): number {
    escapeShape.lastIndex = this.#at;
    const found = escapeShape.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail('A string contains an escape that JSON does not know');
    this.#at += found.length;
    return found.length === 6 ? Number.parseInt(found.slice(2), 16) : 1;
  }

  #number(): void {
    numberPattern.lastIndex = this.#at;
    const found = numberPattern.exec(this.#text);
    if (found === null) throw new Flaw('A number is not written as JSON wants it', this.#at);
    const [digits, fraction, exponent] = found;
    const value = Number(digits);
    const whole = fraction === undefined && exponent === undefined;
    if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
      this.#fail('A number is too large to be read exactly; send it as a string');
    }
    this.#at += digits.length;
  }
}

/** Long names would make the sentence unreadable, and control characters would break it. */
const shown = (name: string): string => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
