import { Secret } from '../core/secret.ts';
import type { Checked } from '../files/check.ts';
import { quoted } from '../files/problem.ts';
import type { Path } from '../files/source.ts';
import { areAuthorities, checkPair } from './certificates.ts';
import type { GatewayConfig } from './schema.ts';
import type { ClientTls, ListenerTls } from './tls-schema.ts';

type Report = (path: Path, message: string) => void;

/** Certificates and keys that belong together, and addresses that have a use for them. */
export const checkTls = (checked: Checked, report: Report): void => {
  for (const listener of ['listen', 'admin'] as const) {
    const section = checked.part<GatewayConfig['listen']>([listener]);
    if (section?.tls !== undefined) checkListener(section.tls, [listener, 'tls'], report);
  }
  const upstreams = checked.part<GatewayConfig['upstreams']>(['upstreams']) ?? {};
  for (const [name, upstream] of Object.entries(upstreams)) {
    const isSecure = [upstream.url].flat().every((url) => url.startsWith('https:'));
    checkClient(upstream.tls, ['upstreams', name, 'tls'], isSecure, report);
  }
  const identity = checked.part<GatewayConfig['identity']>(['identity']);
  if (identity !== undefined && identity.kind !== 'static')
    checkClient(identity.tls, ['identity', 'tls'], identity.url.startsWith('https:'), report);
  const limits = checked.part<GatewayConfig['limits']>(['limits']);
  if (limits !== undefined && limits.store !== 'memory')
    checkClient(limits.tls, ['limits', 'tls'], true, report);
};

const checkListener = (tls: ListenerTls, path: Path, report: Report): void => {
  checkPem(tls, path, report);
  if (tls.clients !== undefined) checkPem(tls.clients, [...path, 'clients'], report);
  const seen = new Set<string>();
  for (const [index, certificate] of (tls.sni ?? []).entries()) {
    checkPem(certificate, [...path, 'sni', index], report);
    for (const [place, name] of certificate.names.entries()) {
      if (seen.has(name.toLowerCase()))
        report([...path, 'sni', index, 'names', place], `${quoted(name)} has a certificate already.`);
      seen.add(name.toLowerCase());
    }
  }
};

const checkClient = (tls: ClientTls | undefined, path: Path, isSecure: boolean, report: Report): void => {
  if (tls === undefined) return;
  if (!isSecure) report(path, '"tls" needs an "url" that begins with https://.');
  if (tls.cert === undefined && tls.key !== undefined)
    report(path, '"cert" is missing in "tls": it belongs to "key".');
  if (tls.key === undefined && tls.cert !== undefined)
    report(path, '"key" is missing in "tls": it belongs to "cert".');
  checkPem(tls, path, report);
};

/** The parts of one section; a part that could not be fetched was reported already. */
const checkPem = (
  { ca, cert, key }: { readonly ca?: Secret; readonly cert?: Secret; readonly key?: Secret },
  path: Path,
  report: Report,
): void => {
  if (ca instanceof Secret && !areAuthorities(ca))
    report([...path, 'ca'], '"ca" must be one or more certificates in PEM.');
  if (!(cert instanceof Secret && key instanceof Secret)) return;
  const checkedPair = checkPair(cert, key);
  if (!checkedPair.ok) report([...path, checkedPair.of], `"${checkedPair.of}" ${checkedPair.fault}.`);
};
