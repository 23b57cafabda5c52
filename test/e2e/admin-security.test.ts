/** Who may see and change what on the admin listener. */
import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { Secret } from '../../src/core/secret.ts';
import { startTestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** `fetch` would not send a Host of our choice. */
const ask = (method: string, url: string, headers: Record<string, string> = {}): Promise<Asked> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
    })
      .on('error', reject)
      .end();
  });

const admin = { host: '127.0.0.1', port: 0 };
const token = new Secret('open-sesame');
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

test('a name that was pointed at this address sees nothing, whatever it asks for', async (t) => {
  const { adminUrl } = await startTestGateway(t);
  for (const path of ['/status.json', '/metrics', '/policy', '/limits']) {
    const { status, text } = await ask('GET', adminUrl + path, { host: 'evil.example:9901' });
    assert.equal(status, 403, path);
    assert.match(text, /by address or as localhost/);
  }
  for (const host of ['localhost:9901', '127.0.0.1', '[::1]:9901', 'LOCALHOST'])
    assert.equal((await ask('GET', `${adminUrl}/policy`, { host })).status, 200, host);
  assert.equal((await ask('GET', `${adminUrl}/livez`, { host: 'probe.example' })).status, 200);
});

test('a page of another site is refused by its origin, the own page is not', async (t) => {
  const { adminUrl } = await startTestGateway(t);
  const { host } = new URL(adminUrl);
  assert.equal((await ask('GET', `${adminUrl}/status.json`, { origin: 'http://evil.example' })).status, 403);
  assert.equal((await ask('POST', `${adminUrl}/reload`, { origin: 'null' })).status, 403);
  assert.equal((await ask('GET', `${adminUrl}/status.json`, { origin: `http://${host}` })).status, 200);
});

test('after ten wrong tokens an address has to wait, and the right token does not help', async (t) => {
  const { adminUrl } = await startTestGateway(t, { config: { admin: { ...admin, token } } });
  const policy = `${adminUrl}/policy`;
  assert.equal((await ask('GET', policy)).status, 401);
  assert.equal((await ask('GET', policy, bearer('open-sesame'))).status, 200);
  for (let round = 0; round < 10; round++)
    assert.equal((await ask('GET', policy, bearer(`guess-${round}`))).status, 401);
  const { status, headers } = await ask('GET', policy, bearer('open-sesame'));
  assert.equal(status, 429);
  assert.match(String(headers['retry-after']), /^([1-9]|[1-5]\d|60)$/);
  assert.equal((await ask('GET', `${adminUrl}/livez`)).status, 200);
});

test('with a token the listener may be reached by any name', async (t) => {
  const { adminUrl } = await startTestGateway(t, { config: { admin: { ...admin, token } } });
  const headers = { host: 'gateway.internal:9901', ...bearer('open-sesame') };
  assert.equal((await ask('GET', `${adminUrl}/metrics`, headers)).status, 200);
});

test('without a token nothing can be changed unless the settings say so', async (t) => {
  const { adminUrl } = await startTestGateway(t, { config: { admin } });
  for (const path of ['/reload', '/limits/reset?party=*', '/anything']) {
    const { status, text } = await ask('POST', adminUrl + path);
    assert.equal(status, 403, path);
    assert.match(text, /read-only/);
  }
  const other = await startTestGateway(t, { config: { admin: { ...admin, writes: true } } });
  assert.equal((await ask('POST', `${other.adminUrl}/reload`)).status, 200);
});

test('every attempt to change something is written down, with its answer and without the token', async (t) => {
  const gateway = await startTestGateway(t, { config: { admin: { ...admin, token } } });
  await ask('POST', `${gateway.adminUrl}/reload?x=1`, bearer('a-guess'));
  await ask('POST', `${gateway.adminUrl}/reload`, bearer('open-sesame'));
  await ask('GET', `${gateway.adminUrl}/policy`, bearer('open-sesame'));
  const audits = () => gateway.lines.filter(({ event }) => event === 'admin-write');
  await until(() => audits().length === 2, 'both lines are there');
  const told = audits().map((line) => ({
    method: line['http.request.method'],
    path: line['url.path'],
    peer: line['client.address'],
    status: line['http.response.status_code'],
  }));
  assert.deepEqual(told, [
    { method: 'POST', path: '/reload', peer: '127.0.0.1', status: 401 },
    { method: 'POST', path: '/reload', peer: '127.0.0.1', status: 200 },
  ]);
  assert.doesNotMatch(JSON.stringify(gateway.lines), /open-sesame|a-guess/);
});
