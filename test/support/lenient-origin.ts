import type { TestContext } from 'node:test';
import { type EchoOrigin, startEchoOrigin } from '../../src/doctor/echo-origin.ts';

/** The careless server of `images-gateway doctor`, ended with the test. */
export const startLenientOrigin = async (
  t: TestContext,
  prefer: 'length' | 'chunks' = 'length',
): Promise<EchoOrigin> => {
  const origin = await startEchoOrigin(prefer);
  t.after(() => origin.close());
  return origin;
};
