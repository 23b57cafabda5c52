import { nearest } from '../core/nearest.ts';
import type { ErrorObject } from './schema-compiler.ts';

/** Most errors told at once. */
const maxTold = 5;

/** Names longer than this are cut before they are repeated to the caller. */
const maxName = 60;

const shorten = (text: string): string => (text.length > maxName ? `${text.slice(0, maxName)}…` : text);

/** Keywords that only say that a part failed, which the part has said already. */
const echoes: ReadonlySet<string> = new Set(['if', 'anyOf', 'oneOf', 'allOf', 'propertyNames']);

/** Turns the errors of one body into one message: sentences with JSON pointers, never a long value. */
export const schemaMessage = (errors: readonly ErrorObject[]): string => {
  const told = errors.filter((error) => refusalOf(error) !== undefined || !echoes.has(error.keyword));
  const sentences = [...new Set((told.length > 0 ? told : errors).map(sentence))];
  const more = sentences.length - maxTold;
  return sentences.slice(0, maxTold).join(' ') + (more > 0 ? ` And ${more} more.` : '');
};

const refusalOf = (error: ErrorObject): string | undefined => {
  const refusal: unknown = error.parentSchema?.['refusal'];
  return typeof refusal === 'string' ? refusal : undefined;
};

const sentence = (error: ErrorObject): string => {
  const name = error.propertyName ?? '';
  const at = `${shorten(error.instancePath)}${name === '' ? '' : `/${shorten(name)}`}` || 'The body';
  const refusal = refusalOf(error);
  if (refusal !== undefined) return `${at}: ${refusal}`;
  const subject =
    name === '' ? at : `The name ${JSON.stringify(shorten(name))} in ${error.instancePath || 'the body'}`;
  const { params } = error;
  switch (error.keyword) {
    case 'type':
      return `${subject} must be ${article(String(params['type']))}.`;
    case 'required':
      return `${subject} lacks "${params['missingProperty']}".`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownName(error, at);
    case 'maxLength':
      return `${subject} must be at most ${params['limit']} characters long.`;
    case 'minLength':
      return `${subject} must be at least ${params['limit']} characters long.`;
    case 'maxProperties':
    case 'maxItems':
      return `${subject} must have at most ${params['limit']} members.`;
    case 'minProperties':
    case 'minItems':
      return `${subject} must have at least ${params['limit']} members.`;
    case 'enum':
      return `${subject} must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}.`;
    case 'const':
      return `${subject} must be ${JSON.stringify(params['allowedValue'])}.`;
    case 'pattern':
      return `${subject} must match ${params['pattern']}.`;
    case 'format':
      return `${subject} must be of the format ${params['format']}.`;
    default:
      return `${subject} is not allowed (${error.keyword}).`;
  }
};

const unknownName = (error: ErrorObject, at: string): string => {
  const name = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty']);
  const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
  const near = nearest(name, known);
  return `${at} has the member ${JSON.stringify(shorten(name))}, which is not known${near === undefined ? '.' : `; did you mean "${near}"?`}`;
};

const article = (type: string): string => {
  if (type === 'null') return 'null';
  return `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
};
