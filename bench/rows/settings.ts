/** What every row is told: where to listen, and whom it stands in front of. */
export const port = Number(process.env['PORT']);
export const upstream = process.env['UPSTREAM'] ?? '';
/** SHA-256 of the one token that is valid, in hex. */
export const tokenHash = process.env['TOKEN_HASH'] ?? '';
/** Folder with the JSON Schemas of the policy. */
export const schemas = process.env['SCHEMAS'] ?? '';
