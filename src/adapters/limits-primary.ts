import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge } from '../core/ports.ts';
import {
  type Channel,
  isOurs,
  type Question,
  type Replies,
  type Reply,
  sentState,
} from './limits-channel.ts';
import type { MemoryLimits } from './limits-memory.ts';

/**
 * Counts for one worker. Called in the primary for each worker that it starts, with the same counters for all.
 * Whatever comes in on the channel comes from a worker, which runs the same code: it is not checked again. A question
 * about a limit that was never defined gets a short answer, which the worker takes for none.
 */
export const serveLimits = (channel: Channel, limits: MemoryLimits): void => {
  const defined = new Map<string, LimitDefinition>();

  const chargesOf = (question: Question & { readonly act: 'consume' | 'peek' }): readonly LimitCharge[] =>
    question.charges.flatMap(([name, subject, points]) => {
      const limit = defined.get(name);
      return limit === undefined ? [] : [{ limit, subject, points }];
    });

  const reply = async (question: Question): Promise<Reply> => {
    if (question.act === 'reset') {
      const forgotten = await limits.reset(question.party, question.limit);
      return typeof forgotten === 'number' ? forgotten : 0;
    }
    const answer = limits[question.act](chargesOf(question));
    return answer.kind === 'counted' ? answer.states.map(sentState) : [];
  };

  channel.on('message', (message) => {
    if (!isOurs(message) || !('questions' in message)) return;
    for (const [name, limit] of message.define) defined.set(name, limit);
    const { kind, turn } = message;
    void Promise.all(message.questions.map(reply)).then((replies) => {
      const answer: Replies = { kind, turn, replies };
      channel.send(answer);
    });
  });
};
