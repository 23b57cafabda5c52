import { hasAnyRole } from '../core/identity.ts';
import type { Ports } from '../core/ports.ts';
import { type Check, defineStage } from '../core/stage.ts';
import { type Static, Type } from '../core/type.ts';
import { type Deny, deny, pass } from '../core/verdict.ts';
import { roleTable } from './role-table.ts';

const roleList = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { default: [], description });

const methodRoles = Type.Optional(Type.Array(Type.String({ minLength: 1 })));

const options = Type.Object(
  {
    roles: roleList('The caller needs one of these roles. Empty: any role will do.'),
    rolesByMethod: Type.Object(
      {
        GET: methodRoles,
        HEAD: methodRoles,
        POST: methodRoles,
        PUT: methodRoles,
        PATCH: methodRoles,
        DELETE: methodRoles,
        OPTIONS: methodRoles,
        any: methodRoles,
      },
      {
        default: {},
        additionalProperties: false,
        description:
          'Roles for single methods; `any` for all that are not named, HEAD being judged as GET. Without `any` they fall to `roles`, or to nobody.',
      },
    ),
    project: Type.Union([Type.Literal('token'), Type.Literal('any')], {
      default: 'token',
      description: "Whether a project in the path must be the token's own.",
    }),
    crossingRoles: roleList('Roles that may name any project in the path. Each use is counted and logged.'),
    stripPrefixes: roleList("Prefixes of the token's project id that the path leaves out, e.g. `hybrid:`."),
    mismatch: Type.Union([Type.Literal(403), Type.Literal(401)], {
      default: 403,
      description:
        'Status when the project in the path is another. 401 is what Repose answered; clients then sign in again for nothing.',
    }),
    denyAs: Type.Union([Type.Literal(403), Type.Literal(404)], {
      default: 403,
      description: 'With 404 a refusal does not tell whether the thing exists.',
    }),
  },
  { additionalProperties: false },
);

const faults = {
  'missing-role': {
    status: 403,
    name: 'forbidden',
    when: 'The caller has none of the roles that this call needs in its project.',
  },
  'other-project': {
    status: 403,
    name: 'forbidden',
    when: "The project in the path is not the token's.",
  },
  'other-project-401': {
    status: 401,
    name: 'unauthorized',
    when: "The project in the path is not the token's, on a route that sets `mismatch: 401`.",
  },
  hidden: {
    status: 404,
    name: 'itemNotFound',
    when: 'The caller may not make this call, on a route that sets `denyAs: 404`.',
  },
} as const;

type Fault = keyof typeof faults;

/** Lets only callers pass who have a role that the call needs, and only to their own project. */
export const authorize = defineStage({
  name: 'authorize',
  summary: 'Lets only callers pass who have a needed role, and only to their own project.',
  options,
  reads: ['identity'],
  gives: [],
  ports: ['tokens', 'audit'],
  faults,
  prepare: (given, ports) => prepared(given, ports),
});

const prepared = (
  given: Static<typeof options>,
  { tokens, audit }: Pick<Ports, 'tokens' | 'audit'>,
): Check<Fault> => {
  const missingRoles = roleTable(given.roles, given.rolesByMethod);
  const crossing = new Set(given.crossingRoles.map((role) => role.toLowerCase()));
  const isOwn = (pathProject: string, own: string): boolean =>
    pathProject === own || given.stripPrefixes.some((prefix) => own === prefix + pathProject);
  const refuse = (fault: Fault, message: string): Deny<Fault> =>
    given.denyAs === 404
      ? deny('hidden', 'The resource could not be found.', { notes: { fault } })
      : deny(fault, message);

  const otherProject = (pathProject: string, own: string | undefined): Deny<Fault> => {
    const whose = own === undefined ? 'the token is for no project' : `the token is for project ${own}`;
    const message = `The path names project ${pathProject.slice(0, 64)}, but ${whose}. Use the path of that project, or a token for this one.`;
    if (given.mismatch === 403 || given.denyAs === 404) return refuse('other-project', message);
    const headers = { 'www-authenticate': `Keystone uri="${tokens.challengeUri}"` };
    return deny('other-project-401', message, { headers });
  };

  return ({ identity, method, params, requestId, routeId }) => {
    if (identity === undefined) throw new Error('authorize ran before the identity was known');
    const missing = missingRoles(identity, method);
    if (missing !== undefined) {
      return refuse(
        'missing-role',
        missing.length === 0
          ? `The policy of this gateway allows ${method} here to nobody.`
          : `${method} here needs ${missing.length === 1 ? 'the role' : 'one of the roles'} ${missing.join(', ')}. Ask for it in your project, or use a token that has it.`,
      );
    }
    const pathProject = params['projectId'];
    if (given.project === 'any' || pathProject === undefined) return pass;
    const own = identity.project?.id;
    if (own !== undefined && isOwn(pathProject, own)) return pass;
    if (!hasAnyRole(identity, crossing)) return otherProject(pathProject, own);
    const notes = { crossedTo: pathProject };
    audit.record('project-crossing', {
      'http.route': routeId,
      'user.id': identity.user.id,
      images_gateway: { request: requestId, project: own, pathProject },
    });
    return { kind: 'pass', notes };
  };
};
