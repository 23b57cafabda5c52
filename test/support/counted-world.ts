/** A counted gateway with the policies of the benchmark, between a Keystone and a cloud that answer at once. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type GatewayVariant, writeGatewayFiles } from '../../bench/gateway-files.ts';
import { imageId, path, sampleAnswer, sampleBody, sampleHeaders } from '../../bench/sample.ts';
import { type CountedProcess, startCounted } from './counted.ts';
import { writeFolder } from './policy-folder.ts';
import { type RawOrigin, rawJson, startRawOrigin } from './raw-origin.ts';
import { type ScriptedKeystone, startScriptedKeystone, tokenBody } from './scripted-keystone.ts';
import { root } from './source-files.ts';

export interface CountedWorld {
  readonly gateway: CountedProcess;
  readonly port: number;
  readonly upstream: RawOrigin;
  readonly keystone: ScriptedKeystone;
}

const written = rawJson('200 OK', JSON.parse(sampleAnswer));
/** What Nova tells of the image, and of its servers: both in one, since each asker reads only its part. */
const told = rawJson('200 OK', {
  image: { id: imageId, name: 'one', status: 'ACTIVE', metadata: {} },
  metadata: {},
  servers: [],
});
const valid = rawJson('200 OK', tokenBody());

/** @param variant policies: all of them, unless told otherwise. Everything ends with the test. */
export const countedWorld = async (
  t: TestContext,
  variant: Partial<GatewayVariant> = {},
): Promise<CountedWorld> => {
  const upstream = await startRawOrigin(t, (socket, request) => {
    socket.write(request.startsWith('GET ') ? told : written);
  });
  const keystone = await startScriptedKeystone(t, (socket) => socket.write(valid));
  const place = {
    folder: await writeFolder(t, {}),
    port: 0,
    adminPort: 0,
    upstream: upstream.origin,
    identity: keystone.origin,
    schemas: join(root, 'policies/schemas'),
  };
  const gateway = await startCounted(t, await writeGatewayFiles({ policies: 'all', ...variant }, place));
  return { gateway, port: Number(new URL(gateway.url).port), upstream, keystone };
};

/** The seed's sample request as bytes, complete. */
export const sampleRequest = ({
  token = sampleHeaders['x-auth-token'],
  body = sampleBody,
}: {
  readonly token?: string;
  readonly body?: string;
} = {}): string => {
  const headers = { host: 'gateway.example', ...sampleHeaders, 'x-auth-token': token };
  const fields = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) });
  return `POST ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};
