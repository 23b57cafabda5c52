/**
 * Headers on their way out: names in lower case and values in turn, a repeated header as often as it stands. A request
 * has some 25 of them, set once and read once: as an object they take 6.5 µs until undici has its request, as a list 3.7.
 */
export type HeaderList = readonly string[];

/** The same by name; values of a repeated header are a list. */
export const fieldsOf = (list: HeaderList): Record<string, string | string[]> => {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (let index = 0; index < list.length; index += 2) {
    addField(fields, list[index] as string, list[index + 1] as string);
  }
  return fields;
};

export const addField = (fields: Record<string, string | string[]>, name: string, value: string): void => {
  const present = fields[name];
  if (present === undefined) fields[name] = value;
  else if (typeof present === 'string') fields[name] = [present, value];
  else present.push(value);
};
