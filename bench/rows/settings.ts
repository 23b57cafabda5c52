/** What every row is told: where to listen, whom it stands in front of, and what its policies need. */
export const port = Number(process.env['PORT']);
export const upstream = process.env['UPSTREAM'] ?? '';
/** Roles by the SHA-256 of the token, in hex: what would be in the cache of a proxy that has been running. */
export const tokens: Readonly<Record<string, readonly string[]>> = JSON.parse(process.env['TOKENS'] ?? '{}');
/** Folder with the JSON Schemas of the policy. */
export const schemas = process.env['SCHEMAS'] ?? '';
/** Of each limit, in an hour. */
export const points = Number(process.env['POINTS']);
