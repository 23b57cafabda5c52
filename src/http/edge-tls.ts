import { constants } from 'node:crypto';
import type { Server as TlsServer } from 'node:https';
import { createSecureContext, type SecureContext, type TLSSocket, type TlsOptions } from 'node:tls';
import { type HandshakeFailure, handshakeFailureOf } from './handshake-failure.ts';

/** A certificate, in PEM with what lies between it and its authority, and its key. */
export interface EdgeCertificate {
  /** Names by which clients ask for it; `*.` at the beginning stands for one label. The first certificate has none. */
  readonly names: readonly string[];
  readonly cert: string;
  readonly key: string;
}

export interface EdgeTlsSettings {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Whether clients have to show a certificate (`require`), or may (`request`): one that is shown has to hold. */
  readonly clients?: 'require' | 'request' | undefined;
  /** A connection ended before a request could be sent. */
  readonly failed?: (reason: HandshakeFailure) => void;
}

/** What a listener is encrypted with at the moment. */
export interface EdgeMaterial {
  /** The first is for clients that ask for no name, or for one that nobody has. */
  readonly certificates: readonly [EdgeCertificate, ...EdgeCertificate[]];
  /** PEM: who vouches for clients. */
  readonly clientCa?: string | undefined;
}

/** Mozilla's intermediate list, version 5.7: forward secrecy and authenticated encryption only. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** The TLS side of a listener: which certificate is shown to whom. Connections keep the one they were made with. */
export class EdgeTls {
  readonly #settings: EdgeTlsSettings;
  #material: EdgeMaterial;
  #byName = new Map<string, SecureContext>();
  readonly #servers = new Set<TlsServer>();

  constructor(settings: EdgeTlsSettings, material: EdgeMaterial) {
    this.#settings = settings;
    this.#material = material;
    this.use(material);
  }

  /** New connections get this from now on. @throws what OpenSSL says of a certificate that was not checked before */
  use(material: EdgeMaterial): void {
    const byName = new Map<string, SecureContext>();
    for (const certificate of material.certificates.slice(1)) {
      const context = createSecureContext(this.#contextOptions(certificate, material));
      for (const name of certificate.names) byName.set(name.toLowerCase(), context);
    }
    // Which client certificates hold is a matter of the context; with new ones sessions of before are not taken up.
    for (const server of this.#servers)
      server.setSecureContext(this.#contextOptions(material.certificates[0], material));
    this.#byName = byName;
    this.#material = material;
  }

  /** For the making of a server. */
  get options(): TlsOptions {
    const { clients } = this.#settings;
    return {
      ...this.#contextOptions(this.#material.certificates[0], this.#material),
      ALPNProtocols: ['http/1.1'],
      ...(clients === undefined ? {} : { requestCert: true, rejectUnauthorized: clients === 'require' }),
      SNICallback: (name, done) => done(null, this.#contextFor(name)),
    };
  }

  /** Keeps the server up with what `use` is told. */
  attach(server: TlsServer): void {
    this.#servers.add(server);
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) =>
      this.#settings.failed?.(handshakeFailureOf(error, socket)),
    );
    server.once('close', () => this.#servers.delete(server));
  }

  /** A client that need not show a certificate has shown one that does not hold. */
  refuses(socket: TLSSocket): boolean {
    const refused =
      this.#settings.clients === 'request' &&
      !socket.authorized &&
      socket.getPeerX509Certificate() !== undefined;
    if (refused) this.#settings.failed?.('certificate');
    return refused;
  }

  #contextFor(name: string): SecureContext | undefined {
    const asked = name.toLowerCase().replace(/\.$/, '');
    return this.#byName.get(asked) ?? this.#byName.get(asked.replace(/^[^.]*/, '*'));
  }

  #contextOptions({ cert, key }: EdgeCertificate, { clientCa }: EdgeMaterial) {
    return {
      cert,
      key,
      ciphers,
      minVersion: this.#settings.minVersion,
      // A client could otherwise have keys exchanged on one connection again and again (CVE-2011-1473).
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      ...(clientCa === undefined ? {} : { ca: clientCa }),
    };
  }
}
