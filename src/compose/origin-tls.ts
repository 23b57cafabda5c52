import type { OriginTls } from '../adapters/origin-tls.ts';
import type { ClientTls } from '../config/tls-schema.ts';

/** What a `tls` section of the settings says now, as the adapters of HTTP take it for each connection. */
export const originTls = (tls: ClientTls | undefined): OriginTls | undefined =>
  tls && {
    get ca() {
      return tls.ca?.reveal();
    },
    get cert() {
      return tls.cert?.reveal();
    },
    get key() {
      return tls.key?.reveal();
    },
    servername: tls.serverName,
  };
