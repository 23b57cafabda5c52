/** A kind of question that one process of a gateway asks another. What is sent has to survive JSON. */
export interface Topic<Question, Answer> {
  readonly name: string;
  /** Never there: it only carries the types. */
  readonly types?: readonly [Question, Answer];
}

export const topic = <Question, Answer>(name: string): Topic<Question, Answer> => ({ name });

/** The other process: a worker, as the primary sees it, or the primary, as a worker does. Both run the same code. */
export interface Peer {
  /**
   * @param budgetMs milliseconds to wait.
   * @returns `undefined` when no answer came in time, or the other process is gone.
   */
  ask<Question, Answer>(
    topic: Topic<Question, Answer>,
    question: Question,
    budgetMs: number,
  ): Promise<Answer | undefined>;
  /** Answers questions of the other process, those too that came before. What `reply` throws is a bug. */
  answer<Question, Answer>(
    topic: Topic<Question, Answer>,
    reply: (question: Question) => Answer | Promise<Answer>,
  ): void;
}
