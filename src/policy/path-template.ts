const parameter = /^:[A-Za-z][A-Za-z0-9]*$/;
/** RFC 3986 section 3.3 `pchar`, less `;` (parameters of a segment), `*` and `:` (which mean something here). */
const literal = /^[A-Za-z0-9._~!$&'()+,=@-]+$/;

/**
 * Why a path template is not one that the gateway can compare with canonical paths, as the end of a sentence;
 * `undefined` for a good one. A template that no canonical path can ever match would guard nothing.
 */
export const templateFault = (template: string): string | undefined => {
  if (!template.startsWith('/')) return 'must begin with "/"';
  if (template === '/') return undefined;
  const segments = template.slice(1).split('/');
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '') return last ? 'must not end with "/"' : 'must not have an empty segment ("//")';
    if (segment === '**') {
      if (!last) return 'can have "**" only as its last segment';
    } else if (segment.startsWith(':')) {
      if (!parameter.test(segment))
        return `must name a whole segment with letters and digits, as in "/:imageId"`;
      if (names.has(segment)) return `has "${segment}" twice`;
      names.add(segment);
    } else {
      const fault = literalFault(segment);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
};

const literalFault = (segment: string): string | undefined => {
  if (segment === '.' || segment === '..')
    return 'must not have "." or ".." segments, which no canonical path has';
  if (segment.includes('*')) return 'can have "**" only as its last segment, and no other "*"';
  if (segment.includes(':')) return 'must give a name the whole segment, as in "/:imageId"';
  if (segment.includes('?')) return 'must not have a query';
  if (segment.includes('%')) return 'must be written without percent-encoding';
  return literal.test(segment) ? undefined : 'has a character that no canonical path has';
};

/** Two templates with the same form match the same paths: the names of their parameters do not matter. */
export const templateForm = (template: string): string => template.replaceAll(/:[^/]+/g, ':');
