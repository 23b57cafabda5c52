import { onTerminal, type Shown } from './terminal.ts';

/**
 * Runs lines of Python that use novaclient's API as `nova`, signed in as demo. It has no call for image metadata any more,
 * so its own client (`nova.client`) makes those requests.
 */
export const novaclient = (lines: readonly string[], version = '2.1'): Promise<Shown> =>
  onTerminal('/usr/bin/python3', [
    '-c',
    [
      'import os',
      'from keystoneauth1 import loading, session',
      'from novaclient import client',
      "names = ('auth_url', 'username', 'password', 'project_name', 'user_domain_name', 'project_domain_name')",
      "auth = loading.get_plugin_loader('password').load_from_options(**{n: os.environ['OS_' + n.upper()] for n in names})",
      `nova = client.Client('${version}', session=session.Session(auth=auth))`,
      ...lines,
    ].join('\n'),
  ]);
