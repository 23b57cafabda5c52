import type { Exchange } from '../exchanges/exchange.ts';
import { expectCall, newImage, type Properties } from './cloud.ts';
import { lab } from './lab.ts';
import { newServer } from './servers.ts';
import { tokenOf } from './users.ts';
import { onWire, type WireAnswer } from './wire.ts';

/** One way to the cloud, with an image and a server of its own, so that both ways see the same history. */
export interface Side {
  readonly compute: string;
  readonly image: string;
  readonly imageId: string;
  readonly serverId: string;
}

/** What the metadata is before each exchange. */
export const startState: Properties = { keep: '1', auto_disk_config: 'True' };

export interface Sides extends AsyncDisposable {
  readonly direct: Side;
  readonly through: Side;
}

/** The same image and server twice: one for the direct calls, one for those through the gateway. */
export const twoSides = async (gateway: string, servers: boolean): Promise<Sides> => {
  await using made = new AsyncDisposableStack();
  const one = async (compute: string, image: string): Promise<Side> => {
    const { id } = made.use(await newImage({ name: 'transparent', ...startState }));
    const server = servers ? made.use(await renamed(id)) : { id: '' };
    return { compute, image, imageId: id, serverId: server.id };
  };
  const direct = await one(lab().nova, lab().glance);
  const through = await one(gateway, gateway);
  const kept = made.move();
  return { direct, through, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};

const renamed = async (imageId: string) => {
  const server = await newServer(imageId);
  const body = { server: { name: 'transparent' } };
  await expectCall(200, lab().nova, 'PUT', `/v2.1/servers/${server.id}`, { body });
  return server;
};

/** The image's properties back as they were at the start. */
export const restore = async ({ imageId }: Side): Promise<void> => {
  await expectCall(200, lab().nova, 'PUT', `/v2.1/images/${imageId}/metadata`, {
    body: { metadata: startState },
  });
};

export type Held = Readonly<Record<string, unknown>>;

/** What Glance holds of the image, without what no call of a person changes. */
export const held = async ({ imageId }: Pick<Side, 'imageId'>): Promise<Held> => {
  const { json } = await expectCall(200, lab().glance, 'GET', `/v2/images/${imageId}`, { as: 'admin' });
  const { id, self, file, created_at, updated_at, ...rest } = json;
  return rest;
};

const names = (side: Side): Readonly<Record<string, string>> => ({
  image: side.imageId,
  IMAGE: side.imageId.toUpperCase(),
  imageNoDashes: side.imageId.replaceAll('-', ''),
  server: side.serverId,
  project: lab().id('PROJECT_DEMO'),
  PROJECT: lab().id('PROJECT_DEMO').toUpperCase(),
  otherProject: lab().id('PROJECT_OTHER'),
  publicImage: lab().id('IMAGE_PUBLIC'),
  adminImage: lab().id('IMAGE_ADMIN_PRIVATE'),
  otherImage: lab().id('IMAGE_OTHER'),
  queuedImage: lab().id('IMAGE_DEMO_QUEUED'),
  protectedImage: lab().id('IMAGE_DEMO_PROTECTED'),
  sharedImage: lab().id('IMAGE_DEMO_SHARED'),
});

/** Sends an exchange along one side, its placeholders filled in. */
export const send = async (exchange: Exchange, side: Side): Promise<WireAnswer> => {
  const filled = names(side);
  const token = await tokenOf(exchange.as === 'nobody' || exchange.as === undefined ? 'demo' : exchange.as);
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => (name === 'token' ? token : (filled[name] ?? whole)));
  const own: readonly (readonly [string, string])[] =
    exchange.as === 'nobody' ? [] : [['X-Auth-Token', token]];
  const { method, body, framing, version } = exchange;
  return onWire(exchange.api === 'compute' ? side.compute : side.image, {
    method,
    target: fill(exchange.target),
    headers: [
      ...own,
      ...(exchange.headers ?? []).map(([name, value]): [string, string] => [name, fill(value)]),
    ],
    body: typeof body === 'string' ? fill(body) : body,
    framing,
    version,
  });
};

/** Ids, addresses, times and request ids as words, so that answers of both sides can be compared and published. */
export const neutral = (text: string, { direct, through }: Sides): string => {
  let plain = text.replaceAll(lab().keystone, 'http://{keystone}');
  for (const side of [direct, through]) {
    for (const base of [side.compute, side.image]) plain = plain.replaceAll(base, 'http://{host}');
    for (const [name, id] of Object.entries(names(side))) {
      if (id !== '') plain = plain.replaceAll(id, `{${name}}`);
    }
  }
  return plain
    .replace(/req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '{request}')
    .replace(/"hostId": "[0-9a-f]+"/g, '"hostId": "{hostId}"')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, '{time}');
};
