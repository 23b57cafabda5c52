import { isObject, type Json } from '../core/json.ts';
import {
  type Intent,
  type MalformedIntent,
  noIntent,
  type Operation,
  type ServerIntent,
} from '../core/operation.ts';
import { mergeInto } from './image-metadata-merge.ts';
import { foldKeys, stringsOf } from './metadata-body.ts';
import { onlyMember, serverMembers } from './server-body.ts';

/** Nova's names of the actions that matter, in `POST /servers/{id}/action`. All others pass unjudged. */
const actions: Readonly<Record<string, ServerIntent['action'] | undefined>> = Object.assign(
  Object.create(null),
  {
    resize: 'resize',
    confirmResize: 'confirm-resize',
    revertResize: 'revert-resize',
    rebuild: 'rebuild',
    migrate: 'migrate',
  },
);

/** Both make an image from the server and take properties for it. */
const snapshots: ReadonlySet<string> = new Set(['createImage', 'createBackup']);

export const serverAction: Operation = {
  name: 'server-action',
  summary: 'Resizes, confirms, reverts, rebuilds, migrates or snapshots a server.',
  api: 'compute',
  method: 'POST',
  path: '/servers/:serverId/action',
  mediaTypes: ['application/json'],
  normalise(body) {
    const action = onlyMember(body);
    if ('kind' in action) return action;
    const sent = snapshotMetadata(action.name, action.value);
    if (sent === undefined) return { kind: 'normalised', body, key: undefined };
    if (sent.kind === 'malformed') return sent;
    const folded = foldKeys(sent.map, `/${action.name}/metadata`);
    if (folded.kind === 'malformed') return folded;
    const description = { ...(action.value as Record<string, Json>), metadata: folded.map };
    return { kind: 'normalised', body: { [action.name]: description }, key: undefined };
  },
  intent(body, { serverId = '' }): Intent | MalformedIntent {
    const action = onlyMember(body);
    if ('kind' in action) return action;
    const { name, value } = action;
    if (snapshots.has(name)) {
      const sent = snapshotMetadata(name, value);
      if (sent === undefined) return noIntent;
      if (sent.kind === 'malformed') return sent;
      return {
        kind: 'metadata',
        target: { kind: 'snapshot', serverId },
        named: Object.keys(sent.map),
        replaces: false,
        apply: (before) => mergeInto(before, sent.map),
      };
    }
    const known = actions[name];
    if (known === undefined) return noIntent;
    const base = { kind: 'server', action: known, serverId } as const;
    // confirmResize, revertResize and often migrate carry null.
    if (value === null) return { ...base, imageId: undefined, diskConfig: undefined };
    const members = serverMembers(value, name);
    return 'kind' in members ? members : { ...base, ...members };
  },
};

const snapshotMetadata = (name: string, value: unknown) => {
  if (!snapshots.has(name) || !isObject(value) || value['metadata'] === undefined) return undefined;
  return isObject(value['metadata'])
    ? stringsOf(value['metadata'], `/${name}/metadata`)
    : ({
        kind: 'malformed',
        message: `The value at /${name}/metadata must be an object of strings.`,
      } as const);
};
