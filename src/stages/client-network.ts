/** The first four groups of an IPv6 address, lower case, without leading zeros. */
const network64 = (address: string): string => {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    // An IPv4 ending takes the room of two groups.
    const missing = 8 - groups.length - last.length - (tail.includes('.') ? 1 : 0);
    for (let index = 0; index < missing; index += 1) groups.push('0');
    groups.push(...last);
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
};

/**
 * Who counts as one client: an IPv4 address, or the /64 of an IPv6 address, since one host is given a whole /64
 * (RFC 6177, RFC 7934 section 6) and could otherwise take a fresh address for each request.
 *
 * @param address as the kernel writes it; an IPv4 address may be written as `::ffff:192.0.2.1`.
 */
export const clientNetwork = (address: string): string => {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const zone = address.indexOf('%');
  return `${network64(zone === -1 ? address : address.slice(0, zone))}::/64`;
};
