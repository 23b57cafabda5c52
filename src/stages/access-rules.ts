import type { AccessRule, Identity } from '../core/identity.ts';

/** One part of a rule's path: itself, any characters within a segment, or any characters at all. */
type Part =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'segment' }
  | { readonly kind: 'rest' };

export interface CompiledRule {
  readonly service: string;
  readonly method: string;
  readonly parts: readonly Part[];
}

/**
 * A rule of an application credential, ready to be compared (Keystone, "Application Credentials", access rules: `*`
 * and `{name}` stand for at least one character within a path segment, `**` for anything).
 */
export const compileRule = (rule: AccessRule): CompiledRule => ({
  service: rule.service,
  method: rule.method,
  parts: [...rule.path.matchAll(/\{[^}]*\}|\*\*|\*|[\s\S]/g)].map(([found]): Part => {
    if (found === '**') return { kind: 'rest' };
    if (found === '*' || found.length > 1) return { kind: 'segment' };
    return { kind: 'literal', character: found };
  }),
});

export const allowsCall = (
  rules: readonly CompiledRule[],
  services: ReadonlySet<string>,
  method: string,
  path: string,
): boolean =>
  rules.some((rule) => rule.method === method && services.has(rule.service) && matchesPath(rule.parts, path));

/**
 * All ways to read the pattern at once, so that no pattern, which a user of the cloud wrote, takes more than
 * pattern times path steps; a regular expression would.
 */
export const matchesPath = (parts: readonly Part[], path: string): boolean => {
  // reached[i]: the path so far can be read as the first i parts. A wildcard stays reached while it goes on.
  let reached = closure(parts, new Set([0]));
  for (const character of path) {
    const next = new Set<number>();
    for (const at of reached) {
      const part = parts[at];
      if (part === undefined) continue;
      if (part.kind === 'rest') next.add(at);
      else if (part.kind === 'segment' && character !== '/') next.add(at).add(at + 1);
      else if (part.kind === 'literal' && part.character === character) next.add(at + 1);
    }
    reached = closure(parts, next);
    if (reached.size === 0) return false;
  }
  return reached.has(parts.length);
};

/** `**` may also stand for nothing. */
const closure = (parts: readonly Part[], reached: Set<number>): Set<number> => {
  for (const at of reached) if (parts[at]?.kind === 'rest') reached.add(at + 1);
  return reached;
};

/**
 * May the caller make this call, as far as the access rules of its application credential go?
 * @param serviceType by which rules name the service behind
 */
export const accessRuleCheck = (serviceType: string) => {
  const services: ReadonlySet<string> = new Set([serviceType]);
  const compiled = new WeakMap<readonly AccessRule[], readonly CompiledRule[]>();
  return (identity: Identity, method: string, path: string): boolean => {
    const { accessRules } = identity;
    if (accessRules === undefined) return true;
    let rules = compiled.get(accessRules);
    if (rules === undefined) {
      rules = accessRules.map(compileRule);
      compiled.set(accessRules, rules);
    }
    return allowsCall(rules, services, method, path);
  };
};
