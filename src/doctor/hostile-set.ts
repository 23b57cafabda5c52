import { hostileBodies } from './hostile-bodies.ts';
import { hostileFraming } from './hostile-framing.ts';
import { hostileHeaders } from './hostile-headers.ts';
import { hostilePaths } from './hostile-paths.ts';
import type { HostileRow } from './hostile-row.ts';

/** Everything that the doctor, the tests and docs/hostile-input.md know. */
export const hostileSet: readonly HostileRow[] = [
  ...hostilePaths,
  ...hostileHeaders,
  ...hostileBodies,
  ...hostileFraming,
];
