// Cards for the gateway's policy and for everything it depends on.

import { clock, make, secondsAgo } from './elements.js';

/** @param state good, warn or bad: the words say it too, colour is not alone. */
export const card = (title, state, word, detail) =>
  make(
    'li',
    { 'data-state': state },
    make('h3', {}, title),
    make('p', {}, make('strong', {}, word)),
    make('p', { class: 'soft' }, detail),
  );

export const upstreamCard = (now, [name, { failuresInARow, lastAnswerAt, targets }]) => {
  const answered =
    lastAnswerAt === undefined ? 'not asked yet' : `last answer ${secondsAgo(now, lastAnswerAt)}`;
  const well = targets?.filter(({ healthy }) => healthy).length;
  const some = targets === undefined ? '' : `, ${well} of ${targets.length} addresses`;
  if (failuresInARow > 0)
    return card(`Upstream ${name}`, 'bad', 'fails', `${failuresInARow} in a row, ${answered}${some}`);
  if (well < targets?.length)
    return card(`Upstream ${name}`, well === 0 ? 'bad' : 'warn', 'addresses are left out', answered + some);
  return card(`Upstream ${name}`, 'good', lastAnswerAt === undefined ? 'idle' : 'answers', answered + some);
};

export const identityCard = ({ source, circuit, cachedTokens = 0 }) => {
  const state = { open: 'bad', 'half-open': 'warn' }[circuit] ?? 'good';
  const word = { open: 'not asked: it failed', 'half-open': 'is tried again' }[circuit] ?? 'answers';
  return card(
    `Identity (${source})`,
    state,
    word,
    cachedTokens === 1 ? '1 token in the cache' : `${cachedTokens} tokens in the cache`,
  );
};

export const storeCard = (store) => {
  if (store === 'memory') return card('Store of limits', 'good', 'memory', 'of this gateway');
  return store.redis === 'up'
    ? card('Store of limits', 'good', 'Redis answers', 'shared by all gateways')
    : card('Store of limits', 'bad', 'Redis does not answer', 'limits are judged by the rule for that');
};

export const policyCard = ({ revision, since, source, folderRevision, lastAttempt }) => {
  if (source === 'last-good')
    return card(
      'Policy',
      'warn',
      'the last good policy serves',
      `revision ${revision}, since the policy folder does not load`,
    );
  const begun = since === undefined ? '' : `since ${new Date(since).toLocaleString()}`;
  const detail =
    source === 'promoted' ? `promoted, ${begun}; the policy folder holds ${folderRevision}` : begun;
  return lastAttempt?.ok === false
    ? card(
        'Policy',
        'warn',
        `revision ${revision} serves on`,
        `a change at ${clock(lastAttempt.at)} was not loaded`,
      )
    : card('Policy', 'good', `revision ${revision}`, detail);
};
