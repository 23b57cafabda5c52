import { isIP } from 'node:net';

/** A value as it is used, or the end of a sentence that says what is wrong with it. No value is ever repeated. */
export type Verified = { readonly value: string } | { readonly fault: string };

const fault = (text: string): Verified => ({ fault: text });

/** An http or https address without credentials, query or fragment; `value` has no slash at its end. */
export const httpUrl = (text: string): Verified => {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text))
    return fault('must be an address such as http://host:port');
  if (url.username !== '' || url.password !== '') return fault('must not hold a user or password');
  if (text.includes('?') || text.includes('#')) return fault('must not have a query or fragment');
  // URL would repair such texts, and another reader would not.
  if (/[\s\\]/.test(text)) return fault('must not hold spaces or backslashes');
  return { value: url.href.replace(/\/+$/, '') };
};

/** The same without a path. */
export const httpOrigin = (text: string): Verified => {
  const url = httpUrl(text);
  if ('fault' in url || URL.parse(url.value)?.pathname === '/') return url;
  return fault('must not have a path; the root of the API is "api"');
};

/** The root of an identity service: the adapters add the version themselves. */
export const identityUrl = (text: string): Verified => {
  const url = httpUrl(text);
  if ('fault' in url || !/\/v\d[\d.]*$/.test(url.value)) return url;
  return fault('must not end in a version; leave it out');
};

/** An address of Redis. @param literal whether it stands in the file itself, where no password may be. */
export const redisUrl = (text: string, literal: boolean): Verified => {
  const url = URL.parse(text);
  if (url === null || !['redis:', 'rediss:', 'unix:'].includes(url.protocol))
    return fault('must look like redis://host:6379, rediss://host:6379 or unix:///path');
  if (literal && url.password !== '')
    return fault(
      'must not hold a password here; write it to "password", or the whole address as env:NAME or file:PATH',
    );
  return { value: text };
};

/** An address, or a CIDR block (RFC 4632 section 3.1, RFC 4291 section 2.3). */
export const network = (text: string): Verified => {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return fault('must be an address or a block such as 10.0.0.0/8');
  if (bits === undefined) return { value: text };
  const most = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most)
    return fault(`must have from 0 to ${most} bits behind its slash`);
  return { value: text };
};

const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** An address or a name to listen on. */
export const host = (text: string): Verified => {
  if (text.startsWith('[')) return fault('must be written without brackets');
  if (isIP(text) !== 0) return { value: text };
  // Digits and dots that are no address would be looked up as a name and fail much later.
  if (/^[\d.]+$/.test(text) || !hostName.test(text)) return fault('must be an address or a host name');
  return { value: text };
};

/** Can only this machine reach it? */
export const isLoopback = (text: string): boolean =>
  text === 'localhost' || text === '::1' || (isIP(text) === 4 && text.startsWith('127.'));
