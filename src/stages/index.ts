import type { AnyStage } from '../core/stage.ts';
import { authenticate } from './authenticate.ts';
import { authorize } from './authorize.ts';
import { diskConfigGuard } from './disk-config-guard.ts';
import { diskConfigValues } from './disk-config-values.ts';
import { imageVisibility } from './image-visibility.ts';
import { limits } from './limits.ts';
import { metadataQuota } from './metadata-quota.ts';
import { metadataSchema } from './metadata-schema.ts';
import { rateLimit } from './rate-limit.ts';
import { resizeWatch } from './resize-watch.ts';
import { serverDiskConfig } from './server-disk-config.ts';
import { writeOrder } from './write-order.ts';

/** Every stage that a policy can use. A new one is one file and one line here. */
export const stages: readonly AnyStage[] = [
  authenticate,
  authorize,
  rateLimit,
  limits,
  metadataSchema,
  metadataQuota,
  writeOrder,
  diskConfigValues,
  diskConfigGuard,
  serverDiskConfig,
  resizeWatch,
  imageVisibility,
];
