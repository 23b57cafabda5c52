import type { OriginTls } from '../adapters/origin-tls.ts';
import type { ClientTls } from '../config/tls-schema.ts';

/** What a `tls` section of the settings says, as the adapters of HTTP take it. */
export const originTls = (tls: ClientTls | undefined): OriginTls | undefined =>
  tls && {
    ca: tls.ca?.reveal(),
    cert: tls.cert?.reveal(),
    key: tls.key?.reveal(),
    servername: tls.serverName,
  };
