/** True for a JSON object, not for an array or null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of a JSON object if it is an object itself; an empty one otherwise. */
export const objectAt = (value: unknown, name: string): Record<string, unknown> => {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
};

/** A member of a JSON object if it is a string. */
export const stringAt = (value: unknown, name: string): string | undefined => {
  const member = isObject(value) ? value[name] : undefined;
  return typeof member === 'string' ? member : undefined;
};

/** Nesting depth of JSON text, told without parsing it; Python's parser gives up somewhat below 1000. */
export const jsonDepth = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign === '\\') at += 1;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '{' || sign === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (sign === '}' || sign === ']') depth -= 1;
  }
  return deepest;
};
