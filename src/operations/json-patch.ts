import { isObject, type Json } from '../core/json.ts';
import { type MalformedIntent, malformed } from '../core/operation.ts';
import { blankEnds } from './metadata-body.ts';

export interface PatchStep {
  readonly op: 'add' | 'replace' | 'remove';
  /** The pointer's parts, unescaped. */
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface Patch {
  readonly kind: 'patch';
  readonly steps: readonly PatchStep[];
}

const verbs = ['add', 'replace', 'remove'] as const;

/** The parts of a JSON pointer (RFC 6901), or `undefined` when two readers could read it differently. */
export const pointerParts = (pointer: string): readonly string[] | undefined => {
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  const parts = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.some((part) => part === '' || blankEnds.test(part)) ? undefined : parts;
};

/**
 * Reads both dialects that Glance takes: RFC 6902 members `op` and `path` (media type v2.1), and the older draft
 * with the verb as member name (v2.0), which it also recognises by shape.
 */
export const readPatch = (body: Json): Patch | MalformedIntent => {
  if (!Array.isArray(body)) return malformed('The body must be a JSON array of patch operations.');
  const steps: PatchStep[] = [];
  for (const [index, entry] of body.entries()) {
    if (!isObject(entry)) return malformed(`Patch operation /${index} must be an object.`);
    const step = readStep(entry);
    if (step === undefined) {
      return malformed(
        `Patch operation /${index} must name one of add, replace, remove, and a path such as "/os_type" without empty or blank-edged parts.`,
      );
    }
    if (step.op !== 'remove' && step.value === undefined)
      return malformed(`Patch operation /${index} lacks its value.`);
    steps.push(step);
  }
  return { kind: 'patch', steps };
};

const readStep = (entry: Record<string, unknown>): PatchStep | undefined => {
  const drafted = verbs.filter((verb) => verb in entry);
  // An entry that speaks both dialects has two meanings; which one Glance takes depends on the media type.
  if ('op' in entry ? drafted.length > 0 : drafted.length !== 1) return undefined;
  const op = 'op' in entry ? verbs.find((verb) => verb === entry['op']) : drafted[0];
  const pointer = 'op' in entry ? entry['path'] : entry[drafted[0] ?? ''];
  if (op === undefined || typeof pointer !== 'string') return undefined;
  const path = pointerParts(pointer);
  return path === undefined ? undefined : { op, path, value: entry['value'] };
};
