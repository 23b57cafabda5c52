import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 put every new object where it is looked for first when memory is needed again.
 *
 * V8 takes note of where objects are made that are still in use at the next collection, and puts those of that place
 * among the old ones at once from then on. Under load whatever belongs to a request lives that long now and then, while
 * tokens are looked up above all; with one object of each request among the old ones, all that it refers to survives every
 * small collection (docs/adr/013).
 */
export const keepYoungObjectsYoung = (): void => setFlagsFromString('--no-allocation-site-pretenuring');
