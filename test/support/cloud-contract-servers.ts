import assert from 'node:assert/strict';
import { type CloudUnderTest, cloudSession, contractTest } from './cloud-contract.ts';

/** How servers are built, resized, confirmed and reverted, asked of the simulator and of Nova alike. */
export const serverContract = (cloud: string, start: () => Promise<CloudUnderTest>): void => {
  const session = cloudSession(start);
  const check = (name: string, run: () => Promise<void>) => contractTest(cloud, name, run);

  const build = async (imageRef: string, more: object = {}): Promise<string> => {
    const { call, settled } = session();
    const server = { name: 'contract', imageRef, flavorRef: '1', ...more };
    const answer = await call('compute', 'POST', '/v2.1/servers', { body: { server } });
    assert.equal(answer.status, 202, answer.text);
    await settled(answer.json.server.id, 'ACTIVE');
    return answer.json.server.id;
  };
  const act = (id: string, body: unknown) =>
    session().call('compute', 'POST', `/v2.1/servers/${id}/action`, { body });
  const remove = (id: string) => session().call('compute', 'DELETE', `/v2.1/servers/${id}`);
  const diskConfig = async (id: string) =>
    (await session().call('compute', 'GET', `/v2.1/servers/${id}`)).json.server['OS-DCF:diskConfig'];
  const listed = async (query: string): Promise<string[]> => {
    const answer = await session().call('compute', 'GET', `/v2.1/servers/detail?${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.servers.map(({ id }: { id: string }) => id);
  };

  check('the disk config of a server comes from its image', async () => {
    const { newImage, call } = session();
    const auto = await build(await newImage({ auto_disk_config: ' True ' }));
    const manual = await build(await newImage({ auto_disk_config: 'AUTO' }));
    assert.deepEqual([await diskConfig(auto), await diskConfig(manual)], ['AUTO', 'MANUAL']);
    const imageRef = await newImage({ auto_disk_config: 'DISABLED' });
    const server = { name: 'x', imageRef, flavorRef: '1', 'OS-DCF:diskConfig': 'AUTO' };
    const refused = await call('compute', 'POST', '/v2.1/servers', { body: { server } });
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.json.badRequest.message, /has automatic disk resize disabled/);
    await Promise.all([auto, manual].map(remove));
  });

  check(
    'a resize waits for its confirmation, is listed by status, and keeps the new disk config',
    async () => {
      const { newImage, settled } = session();
      const image = await newImage();
      const id = await build(image);
      const resize = { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'AUTO' } };
      const answer = await act(id, resize);
      assert.deepEqual([answer.status, answer.text], [202, '']);
      await settled(id, 'VERIFY_RESIZE');
      assert.deepEqual(await listed(`image=${image}&status=VERIFY_RESIZE`), [id]);
      assert.deepEqual(await listed(`image=${image}&status=RESIZE&status=REVERT_RESIZE`), []);
      const again = await act(id, resize);
      assert.equal(again.status, 409);
      assert.match(again.json.conflictingRequest.message, /while it is in vm_state resized/);
      const confirmed = await act(id, { confirmResize: null });
      assert.deepEqual([confirmed.status, confirmed.text], [204, '']);
      await settled(id, 'ACTIVE');
      assert.equal(await diskConfig(id), 'AUTO');
      assert.equal((await act(id, { confirmResize: null })).status, 409);
      assert.deepEqual(await listed(`image=${image}&status=VERIFY_RESIZE`), []);
      await remove(id);
    },
  );

  check('a reverted resize leaves the disk config that it brought', async () => {
    const { newImage, settled } = session();
    const id = await build(await newImage());
    assert.equal((await act(id, { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'AUTO' } })).status, 202);
    await settled(id, 'VERIFY_RESIZE');
    assert.equal((await act(id, { revertResize: null })).status, 202);
    await settled(id, 'ACTIVE');
    assert.equal(await diskConfig(id), 'AUTO');
    await remove(id);
  });

  check('wrong actions are refused, and servers of others are not there', async () => {
    const { newImage, call, token } = session();
    const id = await build(await newImage());
    const bad = await act(id, { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'auto' } });
    assert.equal(bad.status, 400);
    assert.match(bad.json.badRequest.message, /'auto' is not one of \['AUTO', 'MANUAL'\]/);
    assert.equal((await act(id, { resize: {} })).status, 400);
    assert.equal((await act(id, { resize: { flavorRef: '99' } })).status, 400);
    const stranger = await call('compute', 'GET', `/v2.1/servers/${id}`, { token: token('other') });
    assert.equal(stranger.status, 404);
    const everybody = await call('compute', 'GET', '/v2.1/servers?all_tenants=1');
    assert.equal(everybody.status, 403, 'all projects are for administrators');
    await remove(id);
  });

  check('an image made from a server has the metadata that was asked for', async () => {
    const { newImage, call } = session();
    const id = await build(await newImage());
    const answer = await act(id, { createImage: { name: 'snap', metadata: { auto_disk_config: 'True' } } });
    assert.equal(answer.status, 202, answer.text);
    const snapshot = String(answer.headers['location']).split('/').at(-1);
    const shown = await call('image', 'GET', `/v2/images/${snapshot}`);
    assert.equal(shown.json.auto_disk_config, 'True');
    await call('image', 'DELETE', `/v2/images/${snapshot}`);
    await remove(id);
  });
};
