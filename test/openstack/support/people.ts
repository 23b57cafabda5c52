import { type CallAs, type Disposed, expectCall } from './cloud.ts';
import { lab } from './lab.ts';
import type { User } from './users.ts';

const admin = { as: 'admin' } as const satisfies CallAs;

const keystone = (status: number, method: string, target: string, body?: unknown) =>
  expectCall(status, lab().keystone, method, target, body === undefined ? admin : { ...admin, body });

export interface Person extends User, Disposed {
  disable(): Promise<void>;
}

let count = 0;

/** A user of project demo with the role member, made for one test. */
export const newPerson = async (): Promise<Person> => {
  const name = `test-${process.pid}-${count++}`;
  const password = 'test-password';
  const project = lab().id('PROJECT_DEMO');
  const made = await keystone(201, 'POST', '/v3/users', { user: { name, password, domain_id: 'default' } });
  const { id } = made.json.user;
  const [member] = (await keystone(200, 'GET', '/v3/roles?name=member')).json.roles;
  await keystone(204, 'PUT', `/v3/projects/${project}/users/${id}/roles/${member.id}`);
  return {
    id,
    name,
    password,
    project: 'demo',
    async disable() {
      await keystone(200, 'PATCH', `/v3/users/${id}`, { user: { enabled: false } });
    },
    async [Symbol.asyncDispose]() {
      await keystone(204, 'DELETE', `/v3/users/${id}`);
    },
  };
};

/** Makes a token invalid at once, as signing out does. */
export const revoke = async (token: string): Promise<void> => {
  await expectCall(204, lab().keystone, 'DELETE', '/v3/auth/tokens', {
    ...admin,
    headers: { 'x-subject-token': token },
  });
};
