import type { NovaCall, NovaHandler } from './call.ts';
import { fault, links, ok, param } from './call.ts';

const flavors = [
  { id: '1', name: 'm1.tiny', ram: 512, disk: 1, vcpus: 1 },
  { id: '2', name: 'm1.small', ram: 2048, disk: 20, vcpus: 1 },
  { id: '3', name: 'm1.medium', ram: 4096, disk: 40, vcpus: 2 },
] as const;

type Flavor = (typeof flavors)[number];

/** The flavor that a request refers to, by id. */
export const flavorById = (id: unknown): Flavor | undefined =>
  flavors.find((flavor) => flavor.id === String(id));

const detailed = (call: NovaCall, flavor: Flavor) => ({
  ...flavor,
  swap: '',
  rxtx_factor: 1,
  'OS-FLV-DISABLED:disabled': false,
  'OS-FLV-EXT-DATA:ephemeral': 0,
  'os-flavor-access:is_public': true,
  links: links(call, 'flavors', flavor.id),
});

export const listFlavors: NovaHandler = (call) =>
  ok({ flavors: flavors.map(({ id, name }) => ({ id, name, links: links(call, 'flavors', id) })) });

export const listFlavorsDetail: NovaHandler = (call) =>
  ok({ flavors: flavors.map((flavor) => detailed(call, flavor)) });

export const showFlavor: NovaHandler = (call) => {
  const flavor = flavorById(param(call, 'id'));
  return flavor
    ? ok({ flavor: detailed(call, flavor) })
    : fault(404, `Flavor ${param(call, 'id')} could not be found.`);
};
