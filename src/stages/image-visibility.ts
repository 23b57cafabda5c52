import { defineStage } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass } from '../core/verdict.ts';
import { lookupFaults, lookupVerdict } from './lookup-refusal.ts';

/** Measured on Nova 26: any metadata write through Nova rewrites the image and drops `shared` and `community`. */
export const imageVisibility = defineStage({
  name: 'image-visibility',
  summary:
    'Refuses a metadata write through Nova that would silently turn a shared or community image private.',
  options: Type.Object(
    {
      visibilities: Type.Array(Type.Union([Type.Literal('shared'), Type.Literal('community')]), {
        default: ['shared', 'community'],
        description: 'The visibilities that are watched.',
      }),
    },
    { additionalProperties: false },
  ),
  reads: ['intent'],
  gives: [],
  ports: ['images'],
  faults: {
    'loses-visibility': {
      status: 409,
      name: 'conflictingRequest',
      when: 'A metadata write through Nova would turn this shared or community image private.',
    },
    ...lookupFaults,
  },
  prepare({ visibilities }, { images }) {
    const watched: ReadonlySet<string> = new Set(visibilities);
    return async (x) => {
      if (x.operation?.api !== 'compute' || x.intent?.kind !== 'metadata' || x.intent.target.kind !== 'image')
        return pass;
      const image = await images.image('image', x.intent.target.imageId, x.caller, x.signal);
      if (image.kind !== 'found') return lookupVerdict(image, 'the image');
      const { visibility = '' } = image.value;
      if (!watched.has(visibility)) return pass;
      return deny(
        'loses-visibility',
        `This image is ${visibility}, and a metadata write through the compute API would turn it private. Use the image API instead: openstack image set --property KEY=VALUE.`,
      );
    };
  },
});
