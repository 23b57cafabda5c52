/** The two-way dictionary of a replay: names of the recording, and the ids that they stand for in the cloud replayed against. */
export class ReplayNames {
  readonly #ids = new Map<string, string>();

  /** @param name without its angle brackets */
  add(name: string, id: string): void {
    this.#ids.set(`<${name}>`, id);
  }

  /** A token and what the recorder made of it: one with its end changed. */
  addToken(name: string, token: string): void {
    this.add(name, token);
    this.add(`${name} cut`, token.slice(0, -8));
  }

  /** An id and the spellings in which the recorder sent it. */
  addImage(name: string, id: string): void {
    this.add(name, id);
    this.add(`${name} upper`, id.toUpperCase());
    this.add(`${name} plain`, id.replaceAll('-', ''));
    this.add(`${name} encoded`, `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`);
  }

  addProject(name: string, id: string): void {
    this.add(name, id);
    this.add(`${name} upper`, id.toUpperCase());
    this.add(`${name} dashed`, id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
  }

  /** Ids in the place of names. */
  readonly fill = (text: string): string => text.replace(/<[\w -]+>/g, (name) => this.#ids.get(name) ?? name);

  /** Names in the place of ids, times and request ids, as the recording has them. */
  readonly neutral = (text: string): string => {
    let plain = text;
    for (const [name, id] of [...this.#ids].sort(([, one], [, other]) => other.length - one.length)) {
      plain = plain.replaceAll(id, name);
    }
    return plain
      .replace(/req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<request>')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>')
      .replace(/"audit_ids": ?\[[^\]]*\]/g, '"audit_ids": ["<audit>"]')
      .replace(/"adminPass": ?"[^"]*"/g, '"adminPass": "<password>"')
      .replace(/(?<![0-9a-f-])[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])/g, (id) =>
        id.includes('dead') ? id : '<uuid>',
      )
      .replace(/(?<![0-9a-f])[0-9a-f]{32,128}(?![0-9a-f])/g, '<hex>');
  };
}
