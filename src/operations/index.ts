import type { Operation } from '../core/operation.ts';
import { imageCreate } from './image-create.ts';
import { imageMetadataItemDelete } from './image-metadata-item-delete.ts';
import { imageMetadataItemSet } from './image-metadata-item-set.ts';
import { imageMetadataMerge } from './image-metadata-merge.ts';
import { imageMetadataReplace } from './image-metadata-replace.ts';
import { imageUpdate } from './image-update.ts';
import { serverAction } from './server-action.ts';
import { serverCreate } from './server-create.ts';
import { serverUpdate } from './server-update.ts';

/** Every call of the cloud's API that policies can judge. */
export const operations: readonly Operation[] = [
  imageMetadataMerge,
  imageMetadataReplace,
  imageMetadataItemSet,
  imageMetadataItemDelete,
  imageUpdate,
  imageCreate,
  serverAction,
  serverCreate,
  serverUpdate,
];
