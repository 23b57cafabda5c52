/** nginx as the cheapest proxy there is: bare, or with the policies of the benchmark in Lua. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installed } from '../outside.ts';

const modules = '/usr/lib/nginx/modules';

/** What is missing to run it, as a sentence; `undefined`: nothing. */
export const nginxMissing = (lua: boolean): string | undefined => {
  if (!installed('nginx', '-v')) return 'nginx is not installed (Debian: nginx)';
  const needed = [`${modules}/ngx_http_lua_module.so`, '/usr/share/lua/5.1/cjson'];
  return lua && !needed.every((file) => existsSync(file))
    ? 'nginx has no Lua (Debian: libnginx-mod-http-lua, lua-cjson)'
    : undefined;
};

export interface NginxPlace {
  readonly folder: string;
  readonly port: number;
  readonly upstream: string;
  readonly lua: boolean;
  /** Roles by the SHA-1 of the token, in hex: nginx has no SHA-256 in Lua without another library. */
  readonly tokens: Readonly<Record<string, readonly string[]>>;
  readonly points: number;
}

const line = (members: Readonly<Record<string, string>>): string =>
  `'{${Object.entries(members)
    .map(([name, variable]) => `"${name}":"$${variable}"`)
    .join(',')}}'`;

/** Both lines of a request; the decision line is one of the same log, so that it costs what a second line costs. */
const logs = `
  log_format access escape=json ${line({
    time: 'time_iso8601',
    request: 'request_id',
    method: 'request_method',
    path: 'uri',
    client: 'remote_addr',
    status: 'status',
    seconds: 'request_time',
    user: 'user',
    project: 'project',
  })};
  log_format decision escape=json ${line({
    time: 'time_iso8601',
    request: 'request_id',
    user: 'user',
    roles: 'roles',
    project: 'project',
    fault: 'fault',
    status: 'status',
  })};`;

const policies = (folder: string): string => `
    set $user ''; set $project ''; set $roles ''; set $fault '';
    access_log ${folder}/access.log access buffer=32k flush=1s;
    access_log ${folder}/decision.log decision buffer=32k flush=1s;
    access_by_lua_block { policies.judge() }
    log_by_lua_block { policies.count() }
    add_header X-Openstack-Request-Id req-$request_id;
    add_header RateLimit-Policy $ratelimit_policy;
    add_header RateLimit $ratelimit;
    proxy_set_header X-Identity-Status Confirmed;
    proxy_set_header X-User-Id $user;
    proxy_set_header X-Project-Id $project;
    proxy_set_header X-Tenant-Id $project;
    proxy_set_header X-Roles $roles;`;

const luaSetup = ({ tokens, points }: NginxPlace): string => `
  lua_package_path '${import.meta.dirname}/?.lua;;';
  lua_shared_dict limits 10m;
  lua_shared_dict counters 1m;
  init_by_lua_block {
    require 'resty.core'
    policies = require 'policies'
    policies.points = ${points}
    local known = { ${Object.entries(tokens)
      .map(([hash, roles]) => `['${hash}'] = '${roles.join(',')}'`)
      .join(', ')} }
    policies.know(known)
  }`;

/** @returns the command that runs it, as one process in the foreground. */
export const writeNginxFiles = async (place: NginxPlace): Promise<readonly string[]> => {
  const { folder, port, upstream, lua } = place;
  await mkdir(folder, { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${folder}/${name};`)
    .join('\n');
  const load = ['ndk_http_module', 'ngx_http_lua_module'].map((name) => `load_module ${modules}/${name}.so;`);
  const file = join(folder, 'nginx.conf');
  await writeFile(
    file,
    `${lua ? load.join('\n') : ''}
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
${temporary}
  client_body_buffer_size 64k;
  client_max_body_size 64k;
  keepalive_requests 1000000000;
  underscores_in_headers off;
  access_log off;
  ${lua ? logs + luaSetup(place) : ''}
  upstream behind { server ${new URL(upstream).host}; keepalive 128; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      ${lua ? "set $ratelimit_policy ''; set $ratelimit '';" : ''}
      ${lua ? policies(folder) : ''}
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_set_header Connection '';
    }
  }
}
`,
  );
  return ['nginx', '-c', file, '-p', folder, '-e', join(folder, 'error.log')];
};
