import { type ExchangeGroup, nova } from './exchange.ts';

const action = (name: string, body: unknown) => nova(name, 'POST', '/v2.1/servers/{server}/action', body);
const create = (name: string, more: object) =>
  nova(name, 'POST', '/v2.1/servers', { server: { name: 'transparent', imageRef: '{image}', ...more } });

export const serverExchanges: ExchangeGroup = {
  title: 'Servers, flavors and limits',
  servers: true,
  exchanges: [
    nova('list servers', 'GET', '/v2.1/servers?name=transparent'),
    nova('list servers in detail', 'GET', '/v2.1/servers/detail?image={image}'),
    nova('list servers, a page of one', 'GET', '/v2.1/servers?limit=1&name=transparent'),
    nova('list servers of all projects', 'GET', '/v2.1/servers?all_tenants=1'),
    nova('show a server', 'GET', '/v2.1/servers/{server}'),
    nova('show a server, microversion 2.93', 'GET', '/v2.1/servers/{server}', undefined, {
      headers: [['OpenStack-API-Version', 'compute 2.93']],
    }),
    nova('show a server of another project', 'GET', '/v2.1/servers/{server}', undefined, { as: 'other' }),
    nova('show an unknown server', 'GET', '/v2.1/servers/00000000-0000-4000-8000-00000000dead'),
    nova('server metadata', 'GET', '/v2.1/servers/{server}/metadata'),
    nova('set server metadata', 'POST', '/v2.1/servers/{server}/metadata', { metadata: { role: 'web' } }),
    nova('rename a server', 'PUT', '/v2.1/servers/{server}', { server: { name: 'transparent' } }),
    nova('rename a server, wrong body', 'PUT', '/v2.1/servers/{server}', { server: { name: 1 } }),
    nova('console output', 'POST', '/v2.1/servers/{server}/action', { 'os-getConsoleOutput': { length: 1 } }),
    action('resize to an unknown flavor', { resize: { flavorRef: '99' } }),
    action('resize without a flavor', { resize: {} }),
    action('resize with a wrong disk config', { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'auto' } }),
    action('confirm with nothing to confirm', { confirmResize: null }),
    action('revert with nothing to revert', { revertResize: null }),
    action('an unknown action', { fly: null }),
    action('two actions', { reboot: { type: 'SOFT' }, confirmResize: null }),
    action('no action', {}),
    create('create with an unknown flavor', { flavorRef: '99' }),
    create('create without a flavor', {}),
    create('create with a wrong disk config', { flavorRef: '1', 'OS-DCF:diskConfig': 'auto' }),
    nova('list flavors', 'GET', '/v2.1/flavors'),
    nova('list flavors in detail', 'GET', '/v2.1/flavors/detail'),
    nova('show a flavor', 'GET', '/v2.1/flavors/1'),
    nova('show an unknown flavor', 'GET', '/v2.1/flavors/99'),
    nova('create a flavor as a member', 'POST', '/v2.1/flavors', {
      flavor: { name: 'x', ram: 64, vcpus: 1, disk: 0 },
    }),
    nova('limits', 'GET', '/v2.1/limits'),
    nova('key pairs', 'GET', '/v2.1/os-keypairs'),
    nova('availability zones', 'GET', '/v2.1/os-availability-zone'),
    nova('hypervisors as a member', 'GET', '/v2.1/os-hypervisors'),
    nova('an unknown path', 'GET', '/v2.1/nosuch'),
    // Last, since it leaves the server with a task for a moment.
    action('reboot', { reboot: { type: 'SOFT' } }),
  ],
};
