// The candidate of a roll-out beside the current revision: who gets it, and how both fare.

import { make } from './elements.js';

const mostNamed = 10;

const several = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** Who gets it, in one sentence; the names of the first projects stand in it. */
const whoGetsIt = ({ projects, percent }) => {
  const share = `${percent} % of all projects`;
  if (projects.length === 0) return [`It judges the requests of ${share}.`];
  const named = projects.slice(0, mostNamed).flatMap((id) => [' ', make('code', {}, id)]);
  const more = projects.length > mostNamed ? ` and ${projects.length - mostNamed} more` : '';
  const subject = several(projects.length, 'named project', 'named projects');
  return [`It judges the requests of ${subject} (`, ...named.slice(1), `${more}) and of ${share}.`];
};

const ofAll = (count, all) => (all === 0 ? `${count}` : `${count} (${Math.round((100 * count) / all)} %)`);

const rowOf = (role, revision, { requests, refused, flagged, failed }) => {
  const cells = [requests, ...[refused, flagged, failed].map((count) => ofAll(count, requests))];
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, `${role} `, make('code', {}, revision)),
    ...cells.map((cell) => make('td', {}, cell)),
  );
};

export const showRollout = ({ policy, rollout: counts }) => {
  const section = document.getElementById('rollout');
  const staged = policy.rollout;
  section.hidden = staged === undefined;
  if (staged === undefined) return;
  const since = new Date(staged.since).toLocaleString();
  section
    .querySelector('p')
    .replaceChildren(
      `Revision ${staged.revision} was staged from ${staged.from} at ${since}. `,
      ...whoGetsIt(staged),
      ' Counted since then, or since the gateway began.',
    );
  const table = section.querySelector('table');
  table.hidden = counts === undefined;
  if (counts === undefined) return;
  table.tBodies[0].replaceChildren(
    rowOf('Current', policy.revision, counts.current),
    rowOf('Candidate', staged.revision, counts.candidate),
  );
};
