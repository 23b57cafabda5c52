import type { ExplainedStep, Explanation } from './explain.ts';

const row = (name: string, text: string): string => `${name.padEnd(12)}${text}`;

/** An explanation for people, top to bottom as the request went. */
export const explanationText = (explained: Explanation): string => {
  const { request, route, operation, caller, steps, change, flags } = explained;
  const lines = [row('request', `${request.method} ${request.path} from ${request.client}, ${request.time}`)];
  if (route === undefined) lines.push(row('route', 'none: refused before a route was chosen'));
  else
    lines.push(
      row(
        'route',
        `${route.id} (${route.at})${operation === undefined ? '' : `, guarded call ${operation}`}`,
      ),
    );
  lines.push(
    row(
      'caller',
      caller === undefined
        ? 'not known'
        : `user ${caller.user}, ${caller.project === undefined ? 'no project' : `project ${caller.project}`}, roles ${caller.roles.join(', ') || 'none'}`,
    ),
  );
  for (const [index, step] of steps.entries()) lines.push(...stepLines(step, index === 0 ? 'stages' : ''));
  if (change !== undefined) {
    const parts = (['set', 'changed', 'removed'] as const).flatMap((kind) =>
      Object.entries(change[kind]).map(([key, value]) => `${kind} ${key}${shownChange(value)}`),
    );
    lines.push(row('change', parts.join('; ') || 'none'));
  }
  lines.push(
    row(
      'verdict',
      explained.verdict === 'pass' && flags.length > 0
        ? `pass, flagged ${flags.join(', ')}`
        : explained.verdict,
    ),
  );
  if (explained.decidedBy !== undefined)
    lines.push(
      row(
        'decided by',
        `${explained.decidedBy.stage} at ${explained.decidedBy.at ?? 'no line of the policy'}`,
      ),
    );
  lines.push(...endLines(explained));
  return `${lines.join('\n')}\n`;
};

const stepLines = (step: ExplainedStep, title: string): string[] => {
  // Only a flag mode whose day is over refuses.
  const ended = step.mode === 'flag' && step.said === 'deny' ? ', which has ended' : '';
  const mode = step.mode === 'enforce' ? '' : ` (${step.mode}${ended})`;
  const fault = step.fault === undefined ? '' : `  ${step.fault}`;
  return [
    row(title, `${step.said.padEnd(10)}${step.stage}${mode}  ${step.at}${fault}`),
    ...step.asked.map(({ question, answer }) => row('', `          asked ${question}: ${answer}`)),
    ...Object.entries(step.notes ?? {}).map(([name, value]) =>
      row('', `          ${name}: ${JSON.stringify(value)}`),
    ),
  ];
};

const shownChange = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'from' in value && 'to' in value
    ? ` from ${JSON.stringify(value.from)} to ${JSON.stringify(value.to)}`
    : ` ${JSON.stringify(value)}`;

const endLines = ({ answer, forwarded }: Explanation): string[] => {
  if (forwarded !== undefined) {
    return [
      row('forwarded', `${forwarded.method} ${forwarded.target} to ${forwarded.upstream}`),
      ...Object.entries(forwarded.headers).map(([name, value]) =>
        row('', `${name}: ${[value].flat().join(', ')}`),
      ),
      ...(forwarded.body === undefined ? [] : [row('', ''), row('', forwarded.body)]),
    ];
  }
  const { status, name = '', message, retryAfter } = answer ?? { status: 0 };
  return [
    row('answer', `${status} ${name}`.trimEnd()),
    ...(message === undefined ? [] : [row('', message)]),
    ...(retryAfter === undefined ? [] : [row('', `Retry-After: ${retryAfter}`)]),
    row('forwarded', 'nothing'),
  ];
};
