import assert from 'node:assert/strict';
import { demoCall } from '../../support/demo-call.ts';
import { lab } from './lab.ts';

export interface User {
  readonly name: string;
  readonly password: string;
  readonly project: string;
}

/** The users that the lab seeds. */
export const users = {
  admin: { name: 'admin', password: 'adminpw', project: 'admin' },
  demo: { name: 'demo', password: 'demopw', project: 'demo' },
  member2: { name: 'member2', password: 'member2pw', project: 'demo' },
  reader: { name: 'reader', password: 'readerpw', project: 'demo' },
  other: { name: 'other', password: 'otherpw', project: 'other' },
  gateway: { name: 'gateway', password: 'servicepw', project: 'service' },
} as const satisfies Record<string, User>;

export type UserName = keyof typeof users;

const domain = { id: 'default' };

/** A new token of the real Keystone. @param keystone default: the lab's */
export const signIn = async (user: User, keystone?: string): Promise<string> => {
  const auth = {
    identity: {
      methods: ['password'],
      password: { user: { name: user.name, password: user.password, domain } },
    },
    scope: { project: { name: user.project, domain } },
  };
  return issue(auth, keystone);
};

/** A token for a body of the Identity API's `auth` object. */
export const issue = async (auth: unknown, keystone = lab().keystone): Promise<string> => {
  const answer = await demoCall(keystone, 'POST', '/v3/auth/tokens', { body: { auth } });
  assert.equal(answer.status, 201, answer.text);
  return String(answer.headers['x-subject-token']);
};

const tokens = new Map<UserName, Promise<string>>();

/** The token of a seeded user, issued once for this process. */
export const tokenOf = (name: UserName): Promise<string> => {
  const known = tokens.get(name) ?? signIn(users[name]);
  tokens.set(name, known);
  return known;
};
