import type { Ports } from '../core/ports.ts';

const never = (): never => {
  throw new Error('a policy asked the outside world while it was only being read');
};

/** Ports for reading a policy without running it: stages are prepared with them, and none may ask anything. */
export const inertPorts: Ports = {
  tokens: { validate: never, challengeUri: 'http://127.0.0.1:5000' },
  limits: { consume: never, peek: never },
  cloudLimits: { limits: never },
  images: { image: never },
  servers: { resizing: never, server: never, census: never },
  resizes: { remember: never, forget: never, ofImage: never },
  leases: { acquire: never },
  audit: { record: never },
  clock: { now: Date.now },
};
