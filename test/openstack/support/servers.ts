import { callAs, type Disposed, eventually, expectCall } from './cloud.ts';
import { lab } from './lab.ts';
import type { UserName } from './users.ts';

/** `id status task` of a server: what tests wait for. */
interface ServerState {
  readonly status: string;
  readonly task: string | null;
  readonly diskConfig: string;
}

export const serverState = async (id: string, as: UserName = 'demo'): Promise<ServerState> => {
  const { json, status } = await callAs(lab().nova, 'GET', `/v2.1/servers/${id}`, { as });
  if (status !== 200) return { status: `GONE ${status}`, task: null, diskConfig: '' };
  const { server } = json;
  return {
    status: server.status,
    task: server['OS-EXT-STS:task_state'],
    diskConfig: server['OS-DCF:diskConfig'],
  };
};

/** Waits for a status in which nothing is under way any more. */
export const settled = (id: string, status: string, as: UserName = 'demo'): Promise<ServerState> =>
  eventually(
    `server ${id} being ${status}`,
    () => serverState(id, as),
    (state) => state.status === status && state.task === null,
  );

/** A running server built from an image, made directly at Nova and deleted at the end. */
export const newServer = async (imageId: string, as: UserName = 'demo'): Promise<Disposed> => {
  const server = { name: 'test', imageRef: imageId, flavorRef: '1' };
  const { id } = (await expectCall(202, lab().nova, 'POST', '/v2.1/servers', { as, body: { server } })).json
    .server;
  await settled(id, 'ACTIVE', as);
  return {
    id,
    async [Symbol.asyncDispose]() {
      await callAs(lab().nova, 'DELETE', `/v2.1/servers/${id}`, { as });
      await eventually(
        `server ${id} being gone`,
        () => serverState(id, as),
        ({ status }) => status.startsWith('GONE'),
      );
    },
  };
};

/** An action on a server, at Nova itself or through a gateway. */
export const act = (base: string, serverId: string, action: unknown, as: UserName = 'demo') =>
  callAs(base, 'POST', `/v2.1/servers/${serverId}/action`, { as, body: action });

export const resizeTo = (flavorRef: string, more: object = {}) => ({ resize: { flavorRef, ...more } });
