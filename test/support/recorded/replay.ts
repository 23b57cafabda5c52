import { onWire, type WireAnswer } from '../../openstack/support/wire.ts';
import { type AnswerDifference, answerDifferences } from './answer-differences.ts';
import { type RecordedRequest, recordedExchanges, wireRequest } from './recorded-exchange.ts';
import type { ReplayNames } from './replay-names.ts';

/** A cloud that the recorded exchanges are replayed against. */
export interface ReplayCloud {
  readonly urls: Readonly<Record<RecordedRequest['service'], string>>;
  readonly names: ReplayNames;
  /** Lets what is under way come to its end. */
  settle(): Promise<void> | void;
}

export interface Replayed {
  readonly name: string;
  readonly differences: readonly AnswerDifference[];
}

/** Sends everything that was recorded, in its order, and tells in what each answer is not the recorded one. */
export const replay = async (cloud: ReplayCloud): Promise<readonly Replayed[]> => {
  const all: Replayed[] = [];
  for (const recorded of recordedExchanges()) {
    if ('settle' in recorded) await cloud.settle();
    else {
      const answer = await onWire(cloud.urls[recorded.service], wireRequest(recorded, cloud.names.fill));
      if (recorded.answer === undefined) continue;
      bind(recorded, answer, cloud.names);
      const differences = answerDifferences(recorded.answer, answer, cloud.names.neutral);
      all.push({ name: recorded.name, differences });
    }
  }
  return all;
};

/** Learns the ids of what the request has made. */
export const bind = ({ answer: recorded }: RecordedRequest, answer: WireAnswer, names: ReplayNames): void => {
  const header = (name: string) => answer.headers.find(([each]) => each.toLowerCase() === name)?.[1];
  const token = /^<(TOKEN issued-\d+)>$/.exec(recorded?.headers['x-subject-token'] ?? '')?.[1];
  const issued = header('x-subject-token');
  if (token !== undefined && issued !== undefined) names.addToken(token, issued);
  const snapshot = /<(SNAPSHOT \d+)>$/.exec(recorded?.headers['location'] ?? '')?.[1];
  const made = header('location')?.split('/').at(-1);
  if (snapshot !== undefined && made !== undefined) names.add(snapshot, made);
  const server = /"id":"<(SERVER \d+)>"/.exec(JSON.stringify(recorded?.json ?? ''))?.[1];
  const id = /^\{"server": ?\{"id": ?"([0-9a-f-]{36})"/.exec(answer.body)?.[1];
  if (server !== undefined && id !== undefined) names.add(server, id);
};
