import { inertPorts } from '../compose/inert-ports.ts';
import { type LoadedSnapshot, loadSnapshot } from '../compose/load-snapshot.ts';
import { noMeters } from '../core/silence.ts';
import { upstreamsNamed } from '../policy/upstream-names.ts';

/**
 * A policy folder as commands look at it: without the settings of a gateway, so that whatever upstreams it names are
 * taken to be there, and without its cases.
 */
export const lookAt = async (folder: string): Promise<LoadedSnapshot> =>
  loadSnapshot(
    folder,
    await upstreamsNamed(folder),
    { ports: inertPorts, meters: noMeters },
    { cases: false },
  );
