import type { Identity, RackspaceTraits } from '../core/identity.ts';
import type { TokenQuestion } from './keystone-lookup.ts';
import { list, object, parsed, text } from './keystone-token-body.ts';
import { sharedRoles } from './shared-parts.ts';

const noTraits: RackspaceTraits = {
  defaultRegion: undefined,
  contactId: undefined,
  authenticatedBy: [],
  groups: [],
  impersonatorRoles: [],
};

/** The body of `GET /v2.0/users/{id}/RAX-KSGRP`: the groups by which Rackspace sorts its customers. Throws on another. */
const groupsIn = (document: unknown): readonly string[] =>
  list(object(document)['RAX-KSGRP:groups']).map((group) => text(object(group)['name']));

const withGroups = (identity: Identity, groups: readonly string[]): Identity =>
  Object.freeze({
    ...identity,
    rackspace: { ...(identity.rackspace ?? noTraits), groups: sharedRoles(groups) },
  });

/**
 * Asks for the user's groups too, as Repose's Keystone filter did for `X-PP-Groups`. A user without groups, or one
 * whose groups nobody knows, has none; an outage leaves the whole look-up without an answer.
 */
export const askForGroups: NonNullable<TokenQuestion['complete']> = async (identity, ask) => {
  const path = `/v2.0/users/${encodeURIComponent(identity.user.id)}/RAX-KSGRP`;
  const answer = await ask((auth) => ({
    method: 'GET',
    path,
    headers: { accept: 'application/json', 'x-auth-token': auth },
  }));
  if (answer.kind === 'unavailable') return answer;
  if (answer.status === 404) return { kind: 'valid', identity: withGroups(identity, []) };
  if (answer.status !== 200) return { kind: 'unavailable', reason: 'status' };
  const groups = parsed(answer.body, groupsIn);
  if (groups === undefined) return { kind: 'unavailable', reason: 'malformed' };
  return { kind: 'valid', identity: withGroups(identity, groups) };
};
