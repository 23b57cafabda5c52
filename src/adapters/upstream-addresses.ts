import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import { type AddressEnding, AddressHealth, defaultEjection, type EjectionRules } from './address-health.ts';

export interface AddressesOptions {
  /** Of the upstream. */
  readonly name: string;
  readonly urls: readonly string[];
  readonly ejection?: EjectionRules | undefined;
  readonly meters: Meters;
  readonly log: Log;
  readonly clock: ClockPort;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** One address of an upstream. */
export interface Address {
  /** Its place in the settings, from 0. */
  readonly index: number;
  readonly url: string;
  /** Host and port, for logs and metrics. */
  readonly name: string;
  readonly health: AddressHealth;
}

export interface AddressStatus {
  readonly address: string;
  readonly healthy: boolean;
  readonly inFlight: number;
}

/** Requests go to this many addresses at most, one after the other, as long as nothing of them was sent. */
const mostTries = 3;

/** The addresses of one upstream, and which of them is to get the next request. */
export class Addresses {
  readonly all: readonly Address[];
  readonly #options: AddressesOptions;
  readonly #meters: readonly {
    readonly up: { set(value: number): void };
    readonly ejections: { inc(): void };
  }[];
  readonly #moved: { inc(): void };
  /** Where the next search begins, so that ties go round. */
  #next = 0;

  constructor(options: AddressesOptions) {
    const { name: upstream, urls, meters, ejection = defaultEjection, random = Math.random } = options;
    this.#options = options;
    this.all = urls.map((url, index) => ({
      index,
      url,
      name: hostAndPort(url),
      health: new AddressHealth(ejection, random),
    }));
    this.#moved = meters.counter(movedRequests).at({ upstream });
    this.#meters = this.all.map(({ name: address }) => ({
      up: meters.gauge(addressUp).at({ upstream, address }),
      ejections: meters.counter(addressEjections).at({ upstream, address }),
    }));
    for (const address of this.all) this.#tell(address);
  }

  /**
   * The address with the fewest requests in flight among those that are well; ties go round. When none is well, every
   * one is chosen from as if they were: a wrong check must not take away a service that answers.
   * @param tried are left out
   * @returns `undefined` when all were tried, or enough of them
   */
  choose(tried?: ReadonlySet<Address>): Address | undefined {
    if (tried !== undefined && tried.size >= Math.min(mostTries, this.all.length)) return undefined;
    const now = this.#options.clock.now();
    const begin = this.#next++ % this.all.length;
    let best: Address | undefined;
    let last: Address | undefined;
    for (let step = 0; step < this.all.length; step++) {
      const address = this.all[(begin + step) % this.all.length] as Address;
      if (tried?.has(address)) continue;
      const { inFlight } = address.health;
      if (last === undefined || inFlight < last.health.inFlight) last = address;
      if (best !== undefined && inFlight >= best.health.inFlight) continue;
      if (address.health.available(now)) best = address;
    }
    return best ?? last;
  }

  begin(address: Address): void {
    address.health.began(this.#options.clock.now());
  }

  end(address: Address, ending: AddressEnding): void {
    const change = address.health.ended(ending, this.#options.clock.now());
    if (change === undefined) return;
    const where = { upstream: this.#options.name, address: address.name };
    this.#tell(address);
    if (change.kind === 'back') this.#options.log.info(where, 'the address answers again');
    else {
      this.#meters[address.index]?.ejections.inc();
      this.#options.log.warn(
        { ...where, forMs: change.forMs },
        'the address failed and is left out for a while',
      );
    }
  }

  /** A request of which nothing was sent goes to another address. */
  moved(): void {
    this.#moved.inc();
  }

  /** What the active checks of an address have come to. */
  checked(address: Address, passes: boolean): void {
    if (address.health.passesChecks === passes) return;
    const where = { upstream: this.#options.name, address: address.name };
    if (passes) address.health.recovered();
    else address.health.passesChecks = false;
    this.#tell(address);
    if (passes) this.#options.log.info(where, 'the address passes its checks again');
    else this.#options.log.warn(where, 'the address fails its checks and is left out');
  }

  /** For people: which addresses get requests. */
  status(): readonly AddressStatus[] {
    return this.all.map(({ name: address, health: { up, inFlight } }) => ({
      address,
      healthy: up,
      inFlight,
    }));
  }

  #tell(address: Address): void {
    this.#meters[address.index]?.up.set(address.health.up ? 1 : 0);
  }
}

/** With the port also where the scheme has a usual one. */
const hostAndPort = (url: string): string => {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
};

const addressUp = {
  name: 'images_gateway_upstream_address_up',
  help: 'Whether an address of an upstream gets requests (1), or failed or fails its checks (0); 0 until it answers again.',
  labels: ['upstream', 'address'],
  acrossWorkers: 'min',
} as const;

const addressEjections = {
  name: 'images_gateway_upstream_address_ejections_total',
  help: 'How often an address of an upstream was left out for a while, because exchanges with it had failed.',
  labels: ['upstream', 'address'],
} as const;

const movedRequests = {
  name: 'images_gateway_upstream_moved_total',
  help: 'Requests sent to another address of an upstream, because the connection to the first could not be made.',
  labels: ['upstream'],
} as const;
