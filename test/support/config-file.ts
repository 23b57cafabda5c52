import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { printProblem } from '../../src/files/problem.ts';
import { writeFolder } from './policy-folder.ts';

/** What every test of secrets puts in and then looks for. */
export const theSecret = 'hunter2';

export const environment: NodeJS.ProcessEnv = {
  ADMIN_TOKEN: theSecret,
  EMPTY: '',
  REDIS_URL: `rediss://gateway:${theSecret}@redis:6380/1`,
};

/** The smallest parts that a configuration must have. */
export const upstreams = 'upstreams: { compute: { url: "http://nova:8774", api: /v2.1 } }\n';
export const keystone =
  'identity: { kind: keystone-v3, url: "http://keystone:5000", credential: { kind: caller } }\n';
export const smallConfig = `version: 1\n${upstreams}${keystone}`;

/** A valid configuration that uses most of what the format has. */
export const validConfig = `# yaml-language-server: $schema=../docs/schemas/gateway.schema.json
version: 1
listen: { host: 0.0.0.0, port: 8080 }
admin: { host: 0.0.0.0, port: 9901, token: env:ADMIN_TOKEN }
upstreams:
  compute: { url: "http://nova:8774", api: "/v2.1", timeoutMs: 20000, connections: 64 }
  image: { url: "https://glance:9292/", api: "/v2" }
lookups: { compute: compute, image: image, timeoutMs: 3000, cacheMs: 2000, maxPages: 20 }
identity:
  kind: keystone-v3
  url: "http://keystone:5000/identity"
  credential:
    kind: password
    username: gateway
    password: file:secrets/pw
    project: service
  publicUrl: "https://cloud.example/identity/v3"
  cache: { seconds: 30 }
limits: { store: redis, url: env:REDIS_URL, whenDown: deny, replicas: 3 }
policies: { dir: ../policies }
trustedProxies: ["10.0.0.0/8", "::1"]
timeouts: { headersMs: 5000, requestMs: 30000, keepAliveMs: 65000, drainMs: 0 }
resizes: { rememberMs: 3600000, lagMs: 5000 }
log: { level: warn, access: false, decisions: true }
maxInFlight: 500
`;

export const tokensFile = `version: 1
tokens:
  - sha256: ${'0123456789abcdef'.repeat(4)}
    user: { id: u1, name: alice }
    project: { id: p1 }
    roles: [member]
    expiresAt: 2030-01-01T00:00:00Z
`;

/** Writes a configuration with a password file, a token file and what else is to lie beside it. Returns its path. */
export const writeConfig = async (
  t: TestContext,
  text: string,
  beside: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const folder = await writeFolder(t, {
    ...beside,
    'gateway.yaml': text,
    'secrets/pw': `${theSecret}\n`,
    'secrets/empty': '\n',
    'tokens.yaml': tokensFile,
  });
  return join(folder, 'gateway.yaml');
};

/** The problems of a configuration, without the folder it is in. */
export const configProblems = async (
  t: TestContext,
  text: string,
  beside: Readonly<Record<string, string>> = {},
): Promise<string[]> => {
  const file = await writeConfig(t, text, beside);
  const result = await loadConfig(file, environment);
  const folder = file.slice(0, -'gateway.yaml'.length);
  return result.ok ? [] : result.problems.map((problem) => printProblem(problem).replaceAll(folder, ''));
};

export const goodConfig = async (
  t: TestContext,
  text: string,
  beside: Readonly<Record<string, string>> = {},
): Promise<GatewayConfig> => {
  const result = await loadConfig(await writeConfig(t, text, beside), environment);
  if (!result.ok) throw new Error(result.problems.map(printProblem).join('\n'));
  return result.config;
};
