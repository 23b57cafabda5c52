import { type CallAs, type Disposed, expectCall } from './cloud.ts';
import { lab } from './lab.ts';
import type { User } from './users.ts';

const admin = { as: 'admin' } as const satisfies CallAs;

const keystone = (status: number, method: string, target: string, body?: unknown) =>
  expectCall(status, lab().keystone, method, target, body === undefined ? admin : { ...admin, body });

let count = 0;

export interface Person extends User, Disposed {
  disable(): Promise<void>;
  /** Gives or takes a role in the person's project. */
  grant(role: 'member' | 'reader'): Promise<void>;
  take(role: 'member' | 'reader'): Promise<void>;
}

const roleId = async (name: string): Promise<string> =>
  (await keystone(200, 'GET', `/v3/roles?name=${name}`)).json.roles[0].id;

export interface Project extends Disposed {
  readonly name: string;
  disable(): Promise<void>;
}

/** A project made for one test. */
export const newProject = async (): Promise<Project> => {
  const name = `test-${process.pid}-${count++}`;
  const made = await keystone(201, 'POST', '/v3/projects', { project: { name, domain_id: 'default' } });
  const { id } = made.json.project;
  return {
    id,
    name,
    async disable() {
      await keystone(200, 'PATCH', `/v3/projects/${id}`, { project: { enabled: false } });
    },
    async [Symbol.asyncDispose]() {
      await keystone(204, 'DELETE', `/v3/projects/${id}`);
    },
  };
};

/** A user with the role member in a project (default: demo), made for one test. */
export const newPerson = async (
  project: { readonly id: string; readonly name: string } = { id: lab().id('PROJECT_DEMO'), name: 'demo' },
): Promise<Person> => {
  const name = `test-${process.pid}-${count++}`;
  const password = 'test-password';
  const made = await keystone(201, 'POST', '/v3/users', { user: { name, password, domain_id: 'default' } });
  const { id } = made.json.user;
  const assign = async (method: 'PUT' | 'DELETE', role: string): Promise<void> => {
    await keystone(204, method, `/v3/projects/${project.id}/users/${id}/roles/${await roleId(role)}`);
  };
  await assign('PUT', 'member');
  return {
    id,
    name,
    password,
    project: project.name,
    grant: (role) => assign('PUT', role),
    take: (role) => assign('DELETE', role),
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
