import { Type } from '../core/type.ts';

/** Options of `disk-config-guard`. */
export const guardOptions = Type.Object(
  {
    key: Type.String({ minLength: 1, default: 'auto_disk_config', description: 'The guarded metadata key.' }),
    allowRoles: Type.Array(Type.String(), {
      default: [],
      description: 'Roles whose holders may change the key during a resize; each use is audited.',
    }),
    scope: Type.Union([Type.Literal('project'), Type.Literal('all')], {
      default: 'project',
      description:
        "Whose servers count: those of the caller's project, or of all projects (needs `lookups.servers: service` in gateway.yaml).",
    }),
    onLookupError: Type.Union([Type.Literal('block'), Type.Literal('flag'), Type.Literal('allow')], {
      default: 'block',
      description: 'What to do when the servers or the image cannot be read.',
    }),
    volumeServers: Type.Union([Type.Literal('block'), Type.Literal('ignore')], {
      default: 'block',
      description:
        'A resize of a server booted from a volume passed here, and the API does not tell its image: count it for every image of its project, or not at all.',
    }),
    lagSeconds: Type.Number({
      minimum: 0,
      default: 10,
      description: 'How long a resize that passed here counts although the upstream does not list it yet.',
    }),
    autoConfirmSeconds: Type.Number({
      minimum: 0,
      default: 0,
      description:
        "Nova's resize_confirm_window (Rackspace: 86400); 0: resizes are never confirmed by themselves.",
    }),
    retryAfterSeconds: Type.Number({
      minimum: 1,
      default: 300,
      description: 'Retry-After when the end of the resize cannot be told.',
    }),
    verifyAfter: Type.Boolean({
      default: false,
      description: 'Look again after the write, and audit a resize that began meanwhile.',
    }),
    census: Type.Boolean({
      default: true,
      description: 'Count the servers built from the image, by status, for the audit record.',
    }),
  },
  { additionalProperties: false },
);
