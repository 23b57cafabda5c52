import type { Schema } from './json-schema.ts';

/**
 * Image metadata as Nova checks it (nova/api/validation/parameter_types.py). The final newline in the pattern is
 * Python's: its `$` also matches in front of one, so a key that ends in a newline passes.
 */
export const metadataSchema: Schema = {
  type: 'object',
  patternProperties: {
    pattern: /^[a-zA-Z0-9\-_:. ]{1,255}\n?$/,
    source: '^[a-zA-Z0-9-_:. ]{1,255}$',
    schema: { type: 'string', maxLength: 255 },
  },
  additionalProperties: false,
};

const only = (name: string, schema: Schema): Schema => ({
  type: 'object',
  properties: { [name]: schema },
  required: [name],
  additionalProperties: false,
});

export const metadataBody = only('metadata', metadataSchema);
export const metaBody = only('meta', { ...metadataSchema, minProperties: 1, maxProperties: 1 });

const diskConfig: Schema = { type: 'string', enum: ['AUTO', 'MANUAL'] };
const name: Schema = { type: 'string', minLength: 1, maxLength: 255 };
const flavorRef: Schema = { type: ['string', 'integer'], minLength: 1 };
const imageRef: Schema = { type: 'string' };

export const actionSchemas: Readonly<Record<string, Schema>> = {
  resize: only('resize', {
    type: 'object',
    properties: { flavorRef, 'OS-DCF:diskConfig': diskConfig },
    required: ['flavorRef'],
    additionalProperties: false,
  }),
  rebuild: only('rebuild', {
    type: 'object',
    properties: { name, imageRef, metadata: metadataSchema, 'OS-DCF:diskConfig': diskConfig },
    required: ['imageRef'],
  }),
  createImage: only('createImage', {
    type: 'object',
    properties: { name, metadata: metadataSchema },
    required: ['name'],
    additionalProperties: false,
  }),
  reboot: only('reboot', {
    type: 'object',
    properties: { type: { type: 'string', enum: ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft'] } },
    required: ['type'],
    additionalProperties: false,
  }),
};

/** Looser than Nova's: members that the demo has no use for are let through. */
export const createServerBody = only('server', {
  type: 'object',
  properties: {
    name,
    imageRef,
    flavorRef,
    metadata: metadataSchema,
    'OS-DCF:diskConfig': diskConfig,
    block_device_mapping_v2: { type: 'array' },
  },
  required: ['name', 'flavorRef'],
});

export const updateServerBody = only('server', {
  type: 'object',
  properties: {
    name,
    'OS-DCF:diskConfig': diskConfig,
    accessIPv4: { type: 'string' },
    accessIPv6: { type: 'string' },
  },
  additionalProperties: false,
});
