import type { Meters } from '../core/meters.ts';
import { packageVersion } from './version.ts';

/** What only the running process can say of itself; read when it is scraped. */
export interface ProcessState {
  readonly inFlight: () => number;
  /** Requests at once, past which further ones are refused. */
  readonly maxInFlight: number;
  /** Bytes of request bodies that are held in memory. */
  readonly bodyBytes: () => number;
  /** Of all requests, turned away because the event loop lags: 0 to 1. */
  readonly shedding: () => number;
  readonly connections: () => number;
  readonly draining: () => boolean;
}

/** Which build runs, and how full it is. */
export const createProcessMeters = (meters: Meters, state: ProcessState): void => {
  meters
    .gauge({
      name: 'images_gateway_build_info',
      help: 'Always 1; the labels tell the version of the gateway and of Node.js.',
      labels: ['version', 'node_version'],
      acrossWorkers: 'max',
    })
    .at({ version: packageVersion(), node_version: process.versions.node })
    .set(1);
  meters.observed(
    { name: 'images_gateway_inflight_requests', help: 'Requests whose answer is not finished.', labels: [] },
    state.inFlight,
  );
  meters.observed(
    {
      name: 'images_gateway_inflight_limit',
      help: 'Requests at once, past which further ones are refused (setting maxInFlight).',
      labels: [],
    },
    () => state.maxInFlight,
  );
  meters.observed(
    {
      name: 'images_gateway_body_bytes',
      help: 'Bytes of request bodies held in memory (bounded by overload.maxBodyBytes).',
      labels: [],
    },
    state.bodyBytes,
  );
  meters.observed(
    {
      name: 'images_gateway_shed_ratio',
      help: 'Share of requests that are turned away because the event loop lags (overload.maxLagMs).',
      labels: [],
      acrossWorkers: 'max',
    },
    state.shedding,
  );
  meters.observed(
    {
      name: 'images_gateway_client_connections',
      help: 'Open connections of clients, idle ones included.',
      labels: [],
    },
    state.connections,
  );
  meters.observed(
    {
      name: 'images_gateway_draining',
      help: 'Whether the gateway was told to stop and finishes what is under way (1).',
      labels: [],
      acrossWorkers: 'max',
    },
    () => Number(state.draining()),
  );
};
