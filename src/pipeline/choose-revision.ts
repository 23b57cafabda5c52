import type { KnownToken, TokenAnswer, TokenAsker, TokensPort } from '../core/ports.ts';
import { type Admission, admit, type RequestHead } from './admit.ts';
import type { Snapshot } from './compile.ts';
import type { Peer } from './request-headers.ts';
import { sentToken } from './sent-token.ts';
import type { Candidate } from './snapshots.ts';

/** The revision that judges a request from its first stage to its record. */
export interface Choice {
  readonly revision: string;
  readonly admission: Admission;
  /** What was found out about the token on the way, so that `authenticate` need not ask again. */
  readonly known?: KnownToken;
}

/**
 * Which of two revisions judges a request: the candidate for the projects that it takes, the current one for all
 * others, and for whoever cannot be told to have a project. Called only while a candidate is staged.
 *
 * The caller is looked up before the chain is chosen, since the chain may be another one then. Where neither revision
 * would ask who calls, nobody is asked here either.
 * @param askerAt who asks, by the client's address
 */
export const chooseRevision = (
  current: Snapshot,
  candidate: Candidate,
  head: RequestHead,
  peer: Peer,
  tokens: TokensPort,
  askerAt: (clientAddress: string) => TokenAsker,
): Choice | Promise<Choice> => {
  const usual: Choice = { revision: current.revision, admission: admit(current, head, peer) };
  const { headers } = usual.admission;
  // What is wrong with the path or the headers is wrong by any revision.
  if (headers === undefined) return usual;
  const token = sentToken(headers.seen);
  if (token === undefined || token === '') return usual;
  const other: Choice = {
    revision: candidate.snapshot.revision,
    admission: admit(candidate.snapshot, head, peer),
  };
  if (!asksWho(usual) && !asksWho(other)) return usual;
  const choose = (answer: TokenAnswer): Choice => {
    const project = answer.kind === 'valid' ? answer.identity.project?.id : undefined;
    const chosen = project !== undefined && candidate.takes(project) ? other : usual;
    return { ...chosen, known: { token, answer } };
  };
  const answer = tokens.validate(token, askerAt(headers.clientAddress));
  return answer instanceof Promise ? answer.then(choose) : choose(answer);
};

const asksWho = ({ admission }: Choice): boolean =>
  admission.kind === 'admitted' && admission.found.chain.identifies;
