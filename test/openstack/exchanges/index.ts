import { bodyExchanges } from './bodies.ts';
import { contentTypeExchanges } from './content-types.ts';
import type { ExchangeGroup } from './exchange.ts';
import { glanceExchanges } from './glance.ts';
import { metadataExchanges } from './metadata.ts';
import { framingExchanges, methodExchanges, tokenExchanges } from './methods.ts';
import { pathExchanges } from './paths.ts';
import { permissionExchanges } from './permissions.ts';
import { serverExchanges } from './servers.ts';

/** Everything that is sent both to the real services and through the gateway. */
export const exchangeGroups: readonly ExchangeGroup[] = [
  metadataExchanges,
  serverExchanges,
  glanceExchanges,
  bodyExchanges,
  contentTypeExchanges,
  permissionExchanges,
  tokenExchanges,
  methodExchanges,
  framingExchanges,
  pathExchanges,
];
