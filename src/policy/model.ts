import type { Json } from '../core/json.ts';
import type { LimitDefinition, Policy, Route, SourcePlace } from '../core/policy.ts';

/** A thing of a policy by itself: what it says, with all defaults, and where it stands. */
export interface ModelPart {
  /** Unlike the name in its file, unique over all kinds: `route image-list`, `limit all-calls`. */
  readonly name: string;
  readonly value: Json;
  readonly at: SourcePlace | undefined;
}

/**
 * What a policy folder says, freed of how it says it: the order of routes and names, files, comments and spelled-out
 * defaults do not matter; the order of stages does.
 */
export const policyModel = ({
  routes,
  fallback,
  limits,
  schemas,
  exemptions = [],
}: Policy): ReadonlyMap<string, ModelPart> => {
  const parts: ModelPart[] = [
    ...routes.map((route) => ({ name: `route ${route.id}`, value: routeModel(route), at: route.at })),
    ...(fallback === undefined ? [] : [{ name: 'default', value: routeModel(fallback), at: fallback.at }]),
    ...limits.map((limit) => ({ name: `limit ${limit.name}`, value: limitModel(limit), at: limit.at })),
    ...exemptions.map(({ at, expires, ...said }, index) => ({
      name: `exemption ${index + 1}`,
      value: { ...said, expires: expires.day },
      at,
    })),
    ...[...schemas].map(([name, value]) => ({ name: `schema ${name}`, value, at: undefined })),
  ];
  return new Map(parts.map((part) => [part.name, part]));
};

const routeModel = ({ match, upstream, stages, body, upgrade }: Route): Json => ({
  match: (match.kind === 'operations'
    ? { operations: [...match.operations].sort() }
    : { path: match.path, methods: [...match.methods].sort() }) as Json,
  upstream,
  body,
  upgrade,
  stages: stages.map(
    ({ at: _at, until, ...use }) => ({ ...use, ...(until && { until: until.day }) }) as unknown as Json,
  ),
});

const limitModel = ({ at: _at, name: _name, methods, routes, ...limit }: LimitDefinition): Json =>
  ({ ...limit, methods: [...methods].sort(), routes: [...routes].sort() }) as unknown as Json;
