import { type ExchangeGroup, type Extra, glance } from './exchange.ts';

const I = '/v2/images/{image}';
const patchType: Extra = { headers: [['Content-Type', 'application/openstack-images-v2.1-json-patch']] };
const patch = (name: string, steps: unknown, extra = patchType) => glance(name, 'PATCH', I, steps, extra);
const octets: Extra = { headers: [['Content-Type', 'application/octet-stream']] };

export const glanceExchanges: ExchangeGroup = {
  title: 'Images through Glance',
  exchanges: [
    glance('glance: list', 'GET', '/v2/images?name=transparent'),
    glance('glance: a page of two', 'GET', '/v2/images?limit=2&sort=name:asc'),
    glance('glance: list by property', 'GET', '/v2/images?keep=1&name=transparent'),
    glance('glance: show', 'GET', I),
    glance('glance: show an unknown one', 'GET', '/v2/images/00000000-0000-4000-8000-00000000dead'),
    glance("glance: show another's", 'GET', '/v2/images/{otherImage}'),
    glance('glance: no token', 'GET', '/v2/images', undefined, { as: 'nobody' }),
    glance('glance: download', 'GET', `${I}/file`),
    glance('glance: download a part', 'GET', `${I}/file`, undefined, { headers: [['Range', 'bytes=1-3']] }),
    glance('glance: upload over an active image', 'PUT', `${I}/file`, 'new data', octets),
    glance('glance: members', 'GET', `${I}/members`),
    glance('glance: tag', 'PUT', `${I}/tags/red`, undefined, { alone: true }),
    glance('glance: untag', 'DELETE', `${I}/tags/nosuch`),
    glance('glance: schema of an image', 'GET', '/v2/schemas/image'),
    glance('glance: import methods', 'GET', '/v2/info/import'),
    glance('glance: tasks', 'GET', '/v2/tasks'),
    glance('glance: metadata definitions', 'GET', '/v2/metadefs/namespaces'),
    glance('glance: patch add', 'PATCH', I, [{ op: 'add', path: '/os_type', value: 'linux' }], patchType),
    patch('glance: patch replace', [{ op: 'replace', path: '/keep', value: '2' }]),
    patch('glance: patch remove', [{ op: 'remove', path: '/keep' }]),
    patch('glance: patch several', [
      { op: 'add', path: '/a', value: '1' },
      { op: 'replace', path: '/a', value: '2' },
      { op: 'remove', path: '/keep' },
    ]),
    patch('glance: patch an attribute', [{ op: 'replace', path: '/name', value: 'transparent' }]),
    patch('glance: patch tags', [{ op: 'replace', path: '/tags', value: ['blue'] }], {
      ...patchType,
      alone: true,
    }),
    patch('glance: patch a read-only attribute', [{ op: 'replace', path: '/status', value: 'queued' }]),
    patch('glance: patch remove what is not there', [{ op: 'remove', path: '/nosuch' }]),
    patch('glance: patch replace what is not there', [{ op: 'replace', path: '/nosuch', value: '1' }]),
    patch('glance: patch with a number', [{ op: 'add', path: '/n', value: 1 }]),
    patch('glance: patch without a value', [{ op: 'add', path: '/n' }]),
    patch('glance: patch with an unknown op', [{ op: 'move', path: '/n', from: '/keep' }]),
    patch('glance: patch two levels', [{ op: 'add', path: '/a/b', value: '1' }]),
    patch('glance: patch escapes', [{ op: 'add', path: '/a~1b~0c', value: '1' }]),
    patch('glance: patch in the older dialect', [{ replace: '/keep', value: '3' }], {
      headers: [['Content-Type', 'application/openstack-images-v2.0-json-patch']],
    }),
    patch('glance: patch empty', []),
    patch('glance: patch as plain JSON', [{ op: 'replace', path: '/keep', value: '2' }], {
      headers: [['Content-Type', 'application/json']],
    }),
    glance('glance: patch not JSON', 'PATCH', I, 'nonsense', patchType),
    patch('glance: patch disk config', [{ op: 'add', path: '/auto_disk_config', value: 'False' }]),
    patch('glance: patch disk config, wrong value', [
      { op: 'add', path: '/auto_disk_config', value: 'maybe' },
    ]),
    patch('glance: patch with blanks in the pointer', [{ op: 'add', path: '/ blank', value: '1' }]),
    glance(
      "glance: patch another's",
      'PATCH',
      '/v2/images/{otherImage}',
      [{ op: 'add', path: '/a', value: '1' }],
      patchType,
    ),
    glance(
      'glance: patch a public one',
      'PATCH',
      '/v2/images/{publicImage}',
      [{ op: 'add', path: '/a', value: '1' }],
      patchType,
    ),
    glance('glance: create, wrong body', 'POST', '/v2/images', { name: 1 }),
    glance('glance: create with a wrong format', 'POST', '/v2/images', {
      name: 'x',
      disk_format: 'nonsense',
    }),
    glance('glance: delete a protected one', 'DELETE', '/v2/images/{protectedImage}'),
    glance('glance: delete an unknown one', 'DELETE', '/v2/images/00000000-0000-4000-8000-00000000dead'),
    glance('glance: deactivate as a member', 'POST', `${I}/actions/deactivate`, undefined, { alone: true }),
    glance('glance: PUT an image', 'PUT', I, { name: 'x' }),
    glance('glance: versions', 'GET', '/versions', undefined, { as: 'nobody' }),
  ],
};
