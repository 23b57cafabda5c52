import { ReplayNames } from '../../support/recorded/replay-names.ts';
import { callAs, eventually, expectCall, newImage, type Properties } from './cloud.ts';
import { lab } from './lab.ts';
import { signIn, tokenOf, users } from './users.ts';

/** One way to the cloud, with ids of its own for what the recording writes to. */
export interface RecordedSide {
  readonly imageId: string;
  readonly names: ReplayNames;
  /**
   * Another image with these properties in the place of the one that there is. Glance keeps a row of each property that an
   * image ever had, and reads them all at each write: with 128 of them one takes three times as long.
   */
  renew(properties: Properties): Promise<void>;
}

export interface RecordedSides extends AsyncDisposable {
  readonly direct: RecordedSide;
  readonly through: RecordedSide;
}

/** Images of the recording that are only read, or written to the same end both ways. */
const shared = [
  'DEMO_PROTECTED',
  'DEMO_ADC_TRUE',
  'DEMO_ADC_FALSE',
  'DEMO_COMMUNITY',
  'DEMO_SHARED',
  'DEMO_QUEUED',
  'PUBLIC',
  'PUBLIC_PROTECTED',
  'ADMIN_PRIVATE',
  'OTHER',
] as const;
/** Those of them that the recording leaves with a property. */
const written = ['DEMO_PROTECTED', 'DEMO_QUEUED'] as const;

/** What the recording names, in the lab, with an image of each side's own that the recording does most things to. */
export const recordedSides = async (gateway: string): Promise<RecordedSides> => {
  await using made = new AsyncDisposableStack();
  const { keystone } = lab();
  made.defer(async () => {
    const body = { metadata: {} };
    for (const name of written) {
      const path = `/v2.1/images/${lab().id(`IMAGE_${name}`)}/metadata`;
      await expectCall(200, lab().nova, 'PUT', path, { body });
    }
  });
  const validator = await signIn({ name: 'gwsvc', password: users.gateway.password, project: 'service' });
  const one = async (nova: string, glance: string): Promise<RecordedSide> => {
    const names = new ReplayNames();
    const own = (properties: Properties) => newImage({ name: 'demo-private', ...properties });
    let image = await own({});
    made.defer(async () => {
      await leftovers(image.id, names);
      await image[Symbol.asyncDispose]();
    });
    const addresses = { keystone, nova, glance };
    for (const [name, url] of Object.entries(addresses)) names.add(name, new URL(url).host);
    for (const name of ['demo', 'member2', 'reader', 'other', 'admin', 'gateway'] as const)
      names.addToken(`TOKEN ${name}`, await tokenOf(name));
    names.addToken('TOKEN validator', validator);
    for (const name of ['PROJECT_DEMO', 'PROJECT_OTHER', 'PROJECT_ADMIN'])
      names.addProject(name, lab().id(name));
    for (const name of ['USER_DEMO', 'USER_READER', 'APPCRED_ID', 'APPCRED_SECRET'])
      names.add(name, lab().id(name));
    for (const name of shared) names.addImage(`IMAGE_${name}`, lab().id(`IMAGE_${name}`));
    names.addImage('IMAGE_DEMO', image.id);
    return {
      names,
      get imageId() {
        return image.id;
      },
      async renew(properties) {
        await image[Symbol.asyncDispose]();
        image = await own(properties);
        names.addImage('IMAGE_DEMO', image.id);
      },
    };
  };
  const direct = await one(lab().nova, lab().glance);
  const through = await one(gateway, gateway);
  const kept = made.move();
  return { direct, through, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};

/** Servers and the snapshot that the recording may have left, if it did not come to its end. */
const leftovers = async (imageId: string, names: ReplayNames): Promise<void> => {
  for (const { id } of await serversOf(imageId)) await callAs(lab().nova, 'DELETE', `/v2.1/servers/${id}`);
  await eventually(
    'the servers being gone',
    () => serversOf(imageId),
    ({ length }) => length === 0,
  );
  await callAs(lab().glance, 'DELETE', `/v2/images/${names.fill('<SNAPSHOT 1>')}`, { as: 'admin' });
};

interface Listed {
  readonly id: string;
  readonly status: string;
  readonly task: unknown;
}

const serversOf = async (imageId: string): Promise<readonly Listed[]> => {
  const path = `/v2.1/servers/detail?image=${imageId}`;
  const { json } = await expectCall(200, lab().nova, 'GET', path);
  return json.servers.map((server: Readonly<Record<string, unknown>>) => ({
    id: server['id'],
    status: server['status'],
    task: server['OS-EXT-STS:task_state'],
  }));
};

/** Waits until the servers of an image are in one of the statuses, and nothing is under way on them any more. */
export const atRest = async ({ imageId }: RecordedSide, statuses: RegExp): Promise<void> => {
  await eventually(
    `the servers of image ${imageId} being at rest`,
    () => serversOf(imageId),
    (servers) => servers.every(({ status, task }) => task === null && statuses.test(status)),
    120,
  );
};

/** Gives the image of one side the metadata that the image of the other has. */
export const copyMetadata = async (from: RecordedSide, to: RecordedSide): Promise<void> => {
  const path = ({ imageId }: RecordedSide) => `/v2.1/images/${imageId}/metadata`;
  const { json } = await expectCall(200, lab().nova, 'GET', path(from));
  const metadata: Properties = json.metadata;
  await expectCall(200, lab().nova, 'PUT', path(to), { body: { metadata } });
};
