import { isObject, type Json } from '../core/json.ts';
import { type MalformedIntent, malformed, type ServerIntent } from '../core/operation.ts';

/** The extended attribute by which the disk configuration of a server is asked for. */
export const diskConfigMember = 'OS-DCF:diskConfig';

/** The members that matter of a server description, e.g. the `server` of a create or the `resize` of an action. */
export const serverMembers = (
  description: unknown,
  where: string,
): Pick<ServerIntent, 'diskConfig' | 'imageId'> | MalformedIntent => {
  if (!isObject(description)) return malformed(`The body's member "${where}" must be an object.`);
  const diskConfig = description[diskConfigMember];
  if (diskConfig !== undefined && typeof diskConfig !== 'string') {
    return malformed(`The value at /${where}/${diskConfigMember} must be "AUTO" or "MANUAL".`);
  }
  return { diskConfig, imageId: imageIdOf(description['imageRef']) };
};

/** An image reference is an id, or in old clients a URL that ends in one. */
const imageIdOf = (reference: unknown): string | undefined =>
  typeof reference === 'string' && reference !== ''
    ? reference.slice(reference.lastIndexOf('/') + 1)
    : undefined;

/** The one member of a body, e.g. `resize` of `{"resize": {...}}`. */
export const onlyMember = (
  body: Json,
): { readonly name: string; readonly value: unknown } | MalformedIntent => {
  const names = isObject(body) ? Object.keys(body) : [];
  const name = names[0];
  // Nova runs the first member it finds; a second one would run unjudged under another reading.
  if (!isObject(body) || name === undefined || names.length !== 1) {
    return malformed('The body must be a JSON object with exactly one member, the name of the action.');
  }
  return { name, value: body[name] };
};
