import type { Log } from '../core/log.ts';
import type { UpstreamOutcome } from '../core/verdict.ts';
import type { RequestExchange } from './exchange.ts';

/** The stages' own endings, the last stage first; one that fails must not keep the others from theirs. */
export const settleStages = async (x: RequestExchange, outcome: UpstreamOutcome, log: Log): Promise<void> => {
  for (const settle of x.settles.toReversed()) {
    try {
      await settle(outcome);
    } catch (error) {
      log.error({ images_gateway: { request: x.requestId }, err: error }, 'a stage failed to settle');
    }
  }
};
