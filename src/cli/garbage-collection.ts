import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 how a gateway uses memory; each switch with its figures in docs/adr/013. Both are known to Node.js 24 and 26,
 * and take effect at run time, so that whoever starts the gateway need not know them.
 */
export const tuneGarbageCollection = (): void => {
  // V8 takes note of where objects are made that are still in use at the next collection, and puts those of that place
  // among the old ones at once from then on. Under load whatever belongs to a request lives that long now and then, while
  // tokens are looked up above all; with one object of each request among the old ones, all that it refers to survives
  // every small collection.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // The bytes of a body lie outside V8's heap. By default V8 goes through all objects whenever 64 MiB of such bytes have
  // come, in several threads; with this it counts them with the rest, and the small collections free them.
  setFlagsFromString('--external-memory-accounted-in-global-limit');
};
