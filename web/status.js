// The status page of the admin listener: asks /status.json once a second and writes what it says.

import { chart, clock, fill, gauge, make, row } from './elements.js';
import { card, identityCard, policyCard, storeCard, upstreamCard } from './health.js';
import { showRollout } from './rollout.js';

const byId = (id) => document.getElementById(id);
let token = '';

const showHealth = ({ now, health, policy, inFlight }) => {
  const full = inFlight.now / inFlight.limit;
  const cards = [
    ...Object.entries(health.upstreams ?? {}).map((entry) => upstreamCard(now, entry)),
    identityCard(health.identity ?? {}),
    storeCard(health.store),
    policyCard(policy),
    card(
      'In flight',
      full > 0.8 ? 'bad' : 'good',
      `${inFlight.now} requests`,
      `of ${inFlight.limit} that are accepted`,
    ),
  ];
  byId('health').replaceChildren(...cards);
  showProblems(policy);
};

let toldProblems = '';

/** Written only when they change: they are read out. */
const showProblems = ({ source, lastAttempt }) => {
  const failed = lastAttempt?.ok === false;
  const problems = byId('policy-problems');
  const title =
    source === 'last-good'
      ? 'The policy folder does not load: the last good policy serves, as it was kept'
      : 'The last change of the policies was not loaded';
  const now = failed ? [title, ...lastAttempt.problems].join('\n') : '';
  if (now === toldProblems) return;
  toldProblems = now;
  problems.hidden = !failed;
  if (!failed) return;
  problems.querySelector('h3').textContent = title;
  const items = lastAttempt.problems.map((text) => make('li', {}, make('code', {}, text)));
  problems.querySelector('ul').replaceChildren(...items);
};

const showTraffic = ({ points }) => {
  const each = (value) => points.map(value);
  byId('charts').replaceChildren(
    chart(
      'Requests',
      'a second',
      each(({ requests }) => requests / 5),
    ),
    chart(
      'Refused',
      'a second',
      each(({ refused }) => refused / 5),
    ),
    chart(
      'Server errors',
      'a second',
      each(({ failed }) => failed / 5),
    ),
    chart(
      'Mean time',
      'ms',
      each(({ requests, spentMs }) => (requests === 0 ? 0 : spentMs / requests)),
    ),
  );
};

const showFaults = ({ faults }) => {
  const all = faults.reduce((sum, { count }) => sum + count, 0);
  fill(
    'faults',
    faults.map(({ fault, count }) => {
      const [stage, reason] = fault.split('/');
      const share = `${Math.round((100 * count) / all)} %`;
      return row(stage, reason, count, gauge(count, all, `${fault}: ${share}`));
    }),
  );
};

const showLimits = ({ pressure }) => {
  fill(
    'limits',
    pressure
      .slice(0, 10)
      .map(({ limit, party, used, points, refused, resetMs }) =>
        row(
          limit,
          make('code', {}, party),
          gauge(used, points, `${used} of ${points}`),
          refused,
          `${Math.ceil(resetMs / 1000)} s`,
        ),
      ),
  );
};

/** What a person types to see the whole judgement; the token stays out of it. */
const explainCommands = (request) => {
  const proof = token === '' ? '' : ' -H "Authorization: Bearer $TOKEN"';
  return `curl -s${proof} '${location.origin}/decisions?request=${request}' > decision.json
images-gateway explain --decisions decision.json \\
  --decision ${request}`;
};

const showRecord = (refusal) => {
  const dialog = byId('record');
  const { verdicts, at, ...rest } = refusal;
  const facts = { time: new Date(at).toLocaleString(), ...rest };
  dialog
    .querySelector('dl')
    .replaceChildren(
      ...Object.entries(facts).flatMap(([key, value]) => [
        make('dt', {}, key),
        make('dd', {}, make('code', {}, value === '' ? '-' : value)),
      ]),
    );
  dialog.querySelector('ol').replaceChildren(
    ...verdicts.map(({ stage, outcome, fault, notes }) => {
      const said = `${outcome}${fault === undefined ? '' : `: ${fault}`}`;
      return make(
        'li',
        {},
        make('strong', {}, stage),
        ` ${said} `,
        make('code', {}, notes === undefined ? '' : JSON.stringify(notes)),
      );
    }),
  );
  byId('explain').textContent = explainCommands(refusal.request);
  dialog.showModal();
};

/** Rows are kept from one second to the next, so that the keyboard's place in the table is not lost. */
const rowsOfRefusals = new Map();
const refusalRow = (refusal) => {
  const { at, status, fault, method, path, project, request } = refusal;
  const button = make('button', { type: 'button', 'aria-label': `Record of ${fault}, ${request}` }, 'Record');
  button.addEventListener('click', () => showRecord(refusal));
  return row(clock(at), status, fault, make('code', {}, `${method} ${path}`), project ?? '', button);
};

const showRefusals = ({ refusals }) => {
  const shown = refusals.slice(0, 50);
  const focused = document.activeElement;
  const body = byId('refusals').tBodies[0];
  for (const key of rowsOfRefusals.keys()) {
    if (!shown.some(({ request, at }) => key === `${request} ${at}`)) {
      rowsOfRefusals.get(key).remove();
      rowsOfRefusals.delete(key);
    }
  }
  for (const refusal of shown.toReversed()) {
    const key = `${refusal.request} ${refusal.at}`;
    if (rowsOfRefusals.has(key)) continue;
    const made = refusalRow(refusal);
    rowsOfRefusals.set(key, made);
    body.prepend(made);
  }
  byId('refusals').hidden = shown.length === 0;
  byId('refusals').previousElementSibling.hidden = shown.length > 0;
  if (focused !== document.activeElement && focused?.isConnected) focused.focus();
};

const say = (state, text) => {
  const line = byId('state');
  line.dataset.state = state;
  // Set only when it changes: it is read out.
  if (line.textContent !== text) line.textContent = text;
};

const show = (status) => {
  byId('main').hidden = false;
  byId('sign-in').hidden = true;
  byId('version').textContent = status.version;
  for (const part of [showHealth, showRollout, showTraffic, showFaults, showLimits, showRefusals])
    part(status);
  const ill = [...document.querySelectorAll('#health :is([data-state="bad"], [data-state="warn"]) h3')];
  if (status.draining) say('warn', 'Stopping: finishes what is under way');
  else if (ill.length > 0)
    say('bad', `Needs a look: ${ill.map(({ textContent }) => textContent).join(', ')}`);
  else say('good', 'All is well');
};

const ask = async () => {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  try {
    const response = await fetch('/status.json', {
      headers,
      cache: 'no-store',
      signal: AbortSignal.timeout(5000),
    });
    if (response.status === 401 || response.status === 429) {
      byId('sign-in').hidden = false;
      byId('main').hidden = true;
      say(
        'warn',
        response.status === 429 ? 'Too many wrong tokens. Wait a minute.' : 'The admin token is needed',
      );
      return false;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    show(await response.json());
  } catch {
    say('bad', 'The gateway does not answer; what is shown is old');
  }
  return true;
};

const watch = async () => {
  for (;;) {
    if (!document.hidden && !(await ask())) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
};

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  // Kept in the memory of this page only.
  token = byId('token').value;
  byId('token').value = '';
  void watch();
});
void watch();
