import { caseRequest } from '../cases/case-request.ts';
import { readCurl } from '../cases/curl.ts';
import { recall } from '../cases/decision-world.ts';
import { explain } from '../cases/explain.ts';
import { explanationText } from '../cases/explain-text.ts';
import { loadCases, readCases } from '../cases/load.ts';
import type { World } from '../cases/world.ts';
import { inertPorts } from '../compose/inert-ports.ts';
import { noMeters } from '../core/silence.ts';
import { printProblem } from '../files/problem.ts';
import { operations } from '../operations/index.ts';
import type { ImaginedRequest } from '../pipeline/rehearse.ts';
import type { FolderContent } from '../policy/folder.ts';
import { stages } from '../stages/index.ts';
import { complain, complainOf } from './complain.ts';
import { liveCloud } from './live-cloud.ts';
import { lookAt } from './look.ts';
import { recordedLines } from './recorded-lines.ts';
import { readDecision } from './replay.ts';
import { tokenOnStdin } from './token-on-stdin.ts';

export interface ExplainOptions {
  readonly policies: string;
  readonly method: string;
  readonly path?: string;
  readonly header: readonly string[];
  readonly body?: string;
  readonly identity: string;
  readonly tokenStdin: boolean;
  readonly config: string;
  readonly role: readonly string[];
  readonly project?: string;
  readonly given?: string;
  readonly case?: string;
  readonly decision?: string;
  readonly decisions?: string;
  readonly json: boolean;
}

interface Explained {
  readonly request: ImaginedRequest;
  readonly world: World;
}

/** `images-gateway explain`: what a policy does with one request, stage by stage. Exit codes 0 told, 2 it cannot be. */
export const runExplain = async (words: readonly string[], options: ExplainOptions): Promise<void> => {
  const loaded = await lookAt(options.policies);
  if (!loaded.ok) {
    complainOf(loaded.problems);
    process.exitCode = 2;
    return;
  }
  const ownWorld = options.decision !== undefined || options.case !== undefined;
  const token = options.tokenStdin && !ownWorld ? await tokenOnStdin() : undefined;
  const wanted =
    options.tokenStdin && !ownWorld && token === undefined
      ? 'There is no token on standard input. Send one: openstack token issue -f value -c id | images-gateway explain ... .'
      : await requestOf(words, options, loaded.content);
  if (typeof wanted === 'string') {
    complain(wanted);
    process.exitCode = 2;
    return;
  }
  const catalogue = { stages, operations, meters: noMeters };
  const live = token === undefined ? undefined : await liveCloud(options.config);
  if (token !== undefined && live === undefined) return;
  const request = token === undefined ? wanted.request : withToken(wanted.request, token);
  const { policy } = loaded.snapshot;
  const told = await explain(policy, catalogue, request, wanted.world, live?.ports);
  await live?.close();
  process.stdout.write(options.json ? `${JSON.stringify(told, null, 2)}\n` : explanationText(told));
};

/** The token of the cloud takes the place of the one that stands for it. */
const withToken = (request: ImaginedRequest, token: string): ImaginedRequest => {
  const rawHeaders = request.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 1 || /^x-auth-token$/i.test(name) ? [] : [name, all[index + 1] ?? ''],
  );
  return { ...request, rawHeaders: [...rawHeaders, 'X-Auth-Token', token] };
};

/** The request and its world from whatever names them; a text says what is wrong. */
const requestOf = (
  words: readonly string[],
  options: ExplainOptions,
  content: FolderContent,
): Promise<Explained | string> | Explained | string => {
  if (options.tokenStdin && (options.decision ?? options.case) !== undefined)
    return 'A token goes with --path or a curl command: a decision and a case have their own caller and world.';
  if (options.decision !== undefined) return fromDecision(options.decision, options.decisions);
  if (options.case !== undefined) return fromCase(options.case, content);
  if (words.length > 0) {
    const curl = readCurl(words);
    if (!curl.ok) return curl.message;
    const { method, path, headers, body } = curl.request;
    return fromParts(method, path, headers, body, options);
  }
  if (options.path === undefined)
    return 'Say which request: --path /v2/images, --case NAME, --decision ID --decisions FILE, or -- curl ... .';
  const headers: [string, string][] = [];
  for (const header of options.header) {
    const colon = header.indexOf(':');
    if (colon < 1) return `The header ${JSON.stringify(header)} has no colon; write it as "Name: value".`;
    headers.push([header.slice(0, colon), header.slice(colon + 1).trim()]);
  }
  return fromParts(options.method, options.path, headers, options.body, options);
};

/**
 * Goes through the reader of cases, so that a request here and in a case cannot mean different things. It comes now, unless
 * `--given` says otherwise: the gateway too would mind what has ended by today.
 */
const fromParts = (
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body: string | undefined,
  options: ExplainOptions,
): Explained | string => {
  const given = options.given ?? '{}';
  const now = `${new Date(inertPorts.clock.now()).toISOString().slice(0, 19)}Z`;
  const own = options.role.length > 0 || options.project !== undefined;
  const identity = own ? 'yours' : options.identity;
  const text = [
    'version: 1',
    `identities: { yours: { roles: ${JSON.stringify(options.role)}, project: ${JSON.stringify(options.project ?? 'p1')} } }`,
    `given: { identity: ${JSON.stringify(identity)}, time: ${JSON.stringify(now)} }`,
    'cases:',
    `  - name: the request`,
    `    given: ${given}`,
    `    request: ${JSON.stringify({ method: method.toUpperCase(), path, headers: Object.fromEntries(headers), ...(body !== undefined && { text: body }) })}`,
    '    expect: {}',
  ].join('\n');
  const { cases, problems } = readCases('the request', text);
  const [one] = cases;
  if (one === undefined) return problems.map(({ message }) => message).join('\n');
  return { request: caseRequest(one.request, one.world), world: one.world };
};

const fromCase = (name: string, content: FolderContent): Explained | string => {
  const { cases, problems } = loadCases(content.cases);
  if (problems.length > 0) return problems.map(printProblem).join('\n');
  const fitting = cases.filter((one) => one.name.includes(name));
  const [one] = fitting.some((candidate) => candidate.name === name)
    ? fitting.filter((candidate) => candidate.name === name)
    : fitting;
  if (one === undefined) return `There is no case whose name holds ${JSON.stringify(name)}.`;
  return { request: caseRequest(one.request, one.world), world: one.world };
};

const fromDecision = async (id: string, file: string | undefined): Promise<Explained | string> => {
  if (file === undefined) return 'Name the decision file too: --decisions FILE.';
  try {
    for await (const lines of recordedLines(file)) {
      const found = lines
        .filter((line) => line?.includes(id))
        .map(readDecision)
        .find((decision) => typeof decision === 'object' && (decision.id === id || decision.request === id));
      if (typeof found !== 'object') continue;
      return recall(found) ?? 'The record of this decision does not hold enough to judge it again.';
    }
  } catch {
    return `The decision file ${file} cannot be read.`;
  }
  return `There is no decision ${id} in ${file}.`;
};
