import type { NovaHandler } from './call.ts';
import { ok } from './call.ts';
import { metadataItems } from './images-metadata.ts';

/** `GET /limits`: today's Nova has no rate limits to tell of, only the absolute ones. */
export const showLimits: NovaHandler = (call) => {
  const used = [...call.world.servers.values()].filter(
    (server) => server.projectId === call.caller.projectId,
  ).length;
  const absolute = {
    maxServerMeta: 128,
    maxImageMeta: metadataItems,
    maxPersonality: 5,
    maxPersonalitySize: 10_240,
    maxTotalInstances: 10,
    maxTotalCores: 20,
    maxTotalRAMSize: 51_200,
    maxTotalKeypairs: 100,
    totalInstancesUsed: used,
  };
  return ok({ limits: { rate: [], absolute } });
};
