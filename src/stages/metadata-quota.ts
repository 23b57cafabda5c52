import { defineStage } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass } from '../core/verdict.ts';
import { lookupFaults, lookupVerdict } from './lookup-refusal.ts';

export const metadataQuota = defineStage({
  name: 'metadata-quota',
  summary: 'Limits how many metadata items an image has after the write.',
  options: Type.Object(
    {
      maxItems: Type.Integer({
        minimum: 1,
        default: 128,
        description: "Most items of an image. Nova's own default is 128, Rackspace's was 40.",
      }),
    },
    { additionalProperties: false },
  ),
  reads: ['intent'],
  gives: [],
  ports: [],
  faults: {
    'too-many-items': {
      status: 413,
      name: 'overLimit',
      when: 'The image would have more metadata items than it may have. There is no Retry-After: waiting does not help.',
    },
    ...lookupFaults,
  },
  prepare({ maxItems }) {
    return async (x) => {
      // A call that only removes keys can never be the one that crosses the quota.
      if (x.intent?.kind !== 'metadata' || x.intent.named.length === 0 || x.method === 'DELETE') return pass;
      const change = await x.change();
      if (change.kind !== 'found') return lookupVerdict(change, 'the image');
      const before = Object.keys(change.value.before).length;
      const after = Object.keys(change.value.after).length;
      if (after <= maxItems || after <= before) return pass;
      return deny(
        'too-many-items',
        `The image would have ${after} metadata items, and ${maxItems} are allowed. Remove ${after - maxItems} first.`,
      );
    };
  },
});
