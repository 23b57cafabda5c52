import { addField, type HeaderList } from '../core/header-list.ts';
import { agreedClient, plainAddress, type TrustedPeers } from './client-address.ts';
import { ownHop, parseForwarded } from './forwarded.ts';
import { type HeaderRule, headerRule, isProtected } from './header-rules.ts';

export type HeaderFields = Record<string, string | string[]>;

export interface Peer {
  /** Of the socket. */
  readonly address: string;
  readonly encrypted: boolean;
  /** Of the request, e.g. `1.1`. */
  readonly httpVersion: string;
  readonly trusted: TrustedPeers;
}

export type CleanHeaders =
  | {
      readonly kind: 'ok';
      /** For the stages: names in lower case, a repeated header is a list; no identity, nothing hop by hop. */
      readonly seen: HeaderFields;
      /** What may leave: framing, identity and ambiguous spellings are out, `Via` and `X-Forwarded-*` are ours. */
      readonly forward: HeaderList;
      readonly clientAddress: string;
      /** How many headers claimed an identity or a trusted name in another spelling. */
      readonly spoofed: number;
    }
  | { readonly kind: 'refused'; readonly fault: 'bad-request' | 'method-override'; readonly message: string };

/** A host, or an address in brackets, with or without a port (RFC 9110 7.2); underscores occur in container names. */
const hostShape = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** More passes through gateways of this name than any set-up needs: the request goes in a circle. */
const mostPasses = 4;

/**
 * Cleans the header section once, in one pass. Headers that claim an identity go whatever their spelling, on every
 * route: only a stage may set them again.
 * @param rawHeaders names and values in turn, as `IncomingMessage.rawHeaders`
 */
export const cleanRequestHeaders = (rawHeaders: readonly string[], peer: Peer): CleanHeaders => {
  const sweep = new Sweep(peer);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const { name, rule } = headerRule(rawHeaders[index] as string);
    const value = rawHeaders[index + 1] as string;
    if (rule === 'pass') {
      addField(sweep.seen, name, value);
      sweep.forward.push(name, value);
    } else if (rule !== 'drop') {
      const refusal = sweep.special(rule, name, value);
      if (refusal !== undefined) return refusal;
    }
  }
  return sweep.finish();
};

const refused = (
  message: string,
  fault: 'bad-request' | 'method-override' = 'bad-request',
): CleanHeaders => ({
  kind: 'refused',
  fault,
  message,
});

/** The state of one pass. */
class Sweep {
  readonly seen: HeaderFields = Object.create(null);
  readonly forward: string[] = [];
  readonly #peer: Peer;
  readonly #address: string;
  readonly #trusted: boolean;
  #spoofed = 0;
  #via = '';
  #forwardedFor = '';
  #forwardedProto: string | undefined;
  #forwarded = '';
  #named: string[] | undefined;

  constructor(peer: Peer) {
    this.#peer = peer;
    this.#address = plainAddress(peer.address);
    this.#trusted = peer.trusted(this.#address);
  }

  special(rule: HeaderRule, name: string, value: string): CleanHeaders | undefined {
    switch (rule) {
      case 'single':
        if (this.seen[name] !== undefined) return refused(`The header "${name}" stands twice. Send it once.`);
        this.seen[name] = value;
        this.forward.push(name, value);
        return undefined;
      case 'seen':
        if (name !== 'content-length') this.#spoofed++;
        addField(this.seen, name, value);
        return undefined;
      case 'spoof':
        this.#spoofed++;
        return undefined;
      case 'connection':
        return this.#connection(value);
      case 'override':
        return refused(
          `The header "${name}" is not accepted. Send the request with the method it means.`,
          'method-override',
        );
      case 'via':
        this.#via = joined(this.#via, value);
        return undefined;
      default:
        if (this.#trusted) this.#toldByProxy(rule, name, value);
        return undefined;
    }
  }

  #toldByProxy(rule: HeaderRule, name: string, value: string): void {
    if (rule === 'forwarded-for') this.#forwardedFor = joined(this.#forwardedFor, value);
    else if (rule === 'forwarded-proto')
      this.#forwardedProto ??= /^https?$/i.test(value) ? value.toLowerCase() : undefined;
    else if (rule === 'forwarded') this.#forwarded = joined(this.#forwarded, value);
    else {
      addField(this.seen, name, value);
      this.forward.push(name, value);
    }
  }

  /** Whoever could name a header here that we set would have the next hop remove it (RFC 9110 7.6.1). */
  #connection(value: string): CleanHeaders | undefined {
    if (value === 'keep-alive' || value === 'close') return undefined;
    for (const part of value.split(',')) {
      const name = part.trim().toLowerCase();
      if (isProtected(name)) {
        return refused(
          `The header "Connection" must not name "${name}", which is meant for the service behind.`,
        );
      }
      this.#named ??= [];
      this.#named.push(name);
    }
    return undefined;
  }

  finish(): CleanHeaders {
    const { seen } = this;
    const host = seen['host'];
    if (host === undefined && this.#peer.httpVersion !== '1.0')
      return refused('The header "Host" is missing.');
    if (host !== undefined && !hostShape.test(host as string)) {
      return refused('The header "Host" is not a host name or address with an optional port.');
    }
    const forward = this.#named === undefined ? this.forward : this.#withoutNamed(this.#named);
    if (this.#via !== '' && this.#via.split('images-gateway').length > mostPasses) {
      return refused(
        'The request has passed this gateway several times already: an upstream address points back at it.',
      );
    }
    forward.push('via', joined(this.#via, `${this.#peer.httpVersion} images-gateway`));
    const clientAddress = this.#tellOrigin(forward);
    return { kind: 'ok', seen, forward, clientAddress, spoofed: this.#spoofed };
  }

  #withoutNamed(named: readonly string[]): string[] {
    for (const name of named) delete this.seen[name];
    return this.forward.filter((_, index, list) => !named.includes(list[index - (index % 2)] as string));
  }

  /** Adds what the services behind are told of the client, and tells who it is. */
  #tellOrigin(forward: string[]): string {
    const { encrypted, trusted } = this.#peer;
    const hops = this.#forwarded === '' ? undefined : parseForwarded(this.#forwarded);
    // A header that cannot be read names nobody, which is not the same as a header that is not there.
    const said =
      this.#forwarded === '' ? undefined : (hops ?? []).map(({ from }) => from ?? 'unknown').join(', ');
    const forwardedFor = this.#forwardedFor === '' ? undefined : this.#forwardedFor;
    forward.push('x-forwarded-for', joined(forwardedFor ?? said ?? '', this.#address));
    const { address, agreed } = agreedClient(this.#address, forwardedFor, said, trusted);
    const proto = hops?.findLast(({ from }) => from !== undefined && plainAddress(from) === address)?.proto;
    forward.push('x-forwarded-proto', this.#forwardedProto ?? proto ?? (encrypted ? 'https' : 'http'));
    if (hops !== undefined && agreed)
      forward.push('forwarded', joined(this.#forwarded, ownHop(this.#address, encrypted)));
    return address;
  }
}

const joined = (list: string, value: string): string => (list === '' ? value : `${list}, ${value}`);
