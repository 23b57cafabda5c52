/** Whether rows that claim equal policies have them: each is asked what it must refuse, and what it must let pass. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outside } from './outside.ts';
import { startProxy } from './proxies.ts';
import type { Row } from './rows.ts';
import { path, readerToken, sampleBody, sampleHeaders, unknownToken } from './sample.ts';

export interface Probe {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

const points = 20;

interface Refusal {
  readonly what: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const metadata = (members: Readonly<Record<string, unknown>>) => ({ metadata: members });

const refusals: readonly Refusal[] = [
  { what: 'no token', status: 401, headers: { 'x-auth-token': '' } },
  { what: 'an unknown token', status: 401, headers: { 'x-auth-token': unknownToken } },
  { what: 'a role that may not write', status: 403, headers: { 'x-auth-token': readerToken } },
  { what: 'a key with a character that is not allowed', status: 400, body: metadata({ 'a/b': 'x' }) },
  { what: 'a value that is no text', status: 400, body: metadata({ label: 5 }) },
  { what: 'a value that is too long', status: 400, body: metadata({ label: 'x'.repeat(256) }) },
  { what: 'a second member', status: 400, body: { ...metadata({ label: 'x' }), other: 1 } },
  {
    what: 'a value of the guarded key that users may not set',
    status: 400,
    body: metadata({ auto_disk_config: 'DISABLED' }),
  },
];

const send = (url: string, headers: Readonly<Record<string, string>> = {}, body: string = sampleBody) =>
  fetch(url + path, { method: 'POST', headers: { ...sampleHeaders, ...headers }, body });

/** JSON lines of a request that passed, in all that the proxy wrote. */
const recordsOf = async (folder: string): Promise<number> => {
  const names = await readdir(folder, { withFileTypes: true });
  const texts = await Promise.all(
    names.filter((entry) => entry.isFile()).map(({ name }) => readFile(join(folder, name), 'utf8')),
  );
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => /^\{.*"(?:status|http\.response\.status_code)":"?200"?[,}]/.test(line)).length;
};

/** @returns one probe for each thing that was asked; `got` differs from `expected` where the policies differ. */
export const probe = async (row: Row, outside: Outside): Promise<readonly Probe[]> => {
  const proxy = await startProxy(row, outside, { points, upstream: outside.places.echo });
  const probes: Probe[] = [];
  try {
    for (const { what, status, headers, body } of refusals) {
      const answer = await send(proxy.url, headers, body === undefined ? sampleBody : JSON.stringify(body));
      await answer.text();
      probes.push({ what, expected: String(status), got: String(answer.status) });
    }
    const passed = await send(proxy.url, { 'x-roles': 'admin', 'x-user-id': 'somebody' });
    const { head = '' } = (await passed.json()) as { readonly head?: string };
    const told = [...head.matchAll(/^(x-roles|x-user-id|x-identity-status): *(.*?)\r?$/gim)];
    probes.push({
      what: 'identity headers: of the token, not of the client',
      expected: 'x-identity-status: confirmed, x-roles: member, x-user-id: user-1',
      got: told
        .map(([, name, value]) => `${name}: ${value}`.toLowerCase())
        .sort()
        .join(', '),
    });
    probes.push({
      what: 'what remains of the limits, told to the client',
      expected: 'yes',
      got: passed.headers.has('ratelimit') && passed.headers.has('ratelimit-policy') ? 'yes' : 'no',
    });
    const statuses: number[] = [];
    for (let sent = 0; sent <= points; sent++) {
      const answer = await send(proxy.url);
      await answer.text();
      statuses.push(answer.status);
    }
    probes.push({ what: 'more than the limit', expected: '413', got: String(statuses.at(-1)) });
    await proxy.stop();
    // Two for each request that passed, this run's first one included.
    const expected = 2 * (1 + statuses.filter((status) => status === 200).length);
    const records = await recordsOf(proxy.folder);
    probes.push({
      what: 'an access line and a decision line of each request',
      expected: String(expected),
      got: String(records),
    });
  } finally {
    await proxy.stop();
  }
  return probes;
};
