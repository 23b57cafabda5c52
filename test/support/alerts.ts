/** What tests of the alerts share: requests of every sort, and a look at what fires. */
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, type TestGateway } from './gateway.ts';
import type { TestPrometheus } from './prometheus.ts';
import { until } from './until.ts';

const { tokens, images } = seedIds;

/** What Prometheus scrapes of a gateway, which is also the label `instance`. */
export const target = ({ adminUrl }: { readonly adminUrl: string }): string => new URL(adminUrl).host;

/** Does something again and again until the test is over; a gateway that is stopped, or whose cloud is, answers as it can. */
export const again = (t: TestContext, round: () => Promise<unknown>): void => {
  let on = true;
  t.after(() => {
    on = false;
  });
  const loop = async (): Promise<void> => {
    while (on) await round().catch(() => pause(10));
  };
  void loop();
};

/** Requests of every sort. */
export const load = (t: TestContext, { url }: Pick<TestGateway, 'url'>): void => {
  const metadata = (id: string) => `${url}/v2/images/${id}/metadata`;
  again(t, async () => {
    await call('GET', `${url}/v2/images`, tokens.demo);
    await call('GET', metadata(images.ubuntu), tokens.demo);
    await call('POST', metadata(images.ubuntu), tokens.demo, { metadata: { label: 'load' } });
    await call('POST', metadata(images.ubuntu), tokens.demo, { metadata: { label: 1 } });
    await call('POST', metadata(images.resizing), tokens.demo, { metadata: { auto_disk_config: 'FALSE' } });
    await call('GET', `${url}/v2//images`, tokens.demo);
    await call('GET', metadata(images.ubuntu), 'a-token-that-nobody-has', undefined, { 'x-user-id': 'me' });
    await pause(10);
  });
};

/** Waits until an alert fires with these labels. @param name without what all names begin with */
export const fires = async (
  prometheus: TestPrometheus,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> => {
  await until(
    async () => {
      const instances = (await prometheus.firing()).get(`ImagesGateway${name}`) ?? [];
      const found = instances.some((one) =>
        Object.entries(labels).every(([key, value]) => one[key] === value),
      );
      // Rules are evaluated once a second.
      if (!found) await pause(100);
      return found;
    },
    `ImagesGateway${name} fires`,
    60_000,
  );
};
