import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Tells V8 how a gateway uses memory; each switch with its figures in docs/adr/013. They are known to Node.js 24 and 26,
 * and take effect at run time, so that whoever starts the gateway need not know them.
 */
export const tuneGarbageCollection = (): void => {
  // V8 takes note of where objects are made that are still in use at the next collection, and puts those of that place
  // among the old ones at once from then on. Under load whatever belongs to a request lives that long now and then, while
  // tokens are looked up above all; with one object of each request among the old ones, all that it refers to survives
  // every small collection.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // The bytes of a body lie outside V8's heap. By default V8 goes through all objects whenever 64 MiB of such bytes have
  // come, in several threads; with this it counts them with the rest, and the small collections free them.
  setFlagsFromString('--external-memory-accounted-in-global-limit');
};

/** Milliseconds that are looked at together, and the part of them in which something was done, in a calm process. */
const windowMs = 500;
const calm = 0.05;
/** A process that was busy for so many of them has collected by itself, and by now holds what would take far longer. */
const mostWindows = 120;

/**
 * Gives back what only the start needed, once, as soon as the process has little to do. V8 would keep it until there is
 * more to collect, which in an idle gateway never is. It takes a tenth of a second in which nothing else runs.
 */
export const collectOnceCalm = (): void => {
  let before = performance.eventLoopUtilization();
  let windows = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    windows += 1;
    const isCalm = utilization <= calm;
    if (isCalm || windows === mostWindows) clearInterval(timer);
    if (isCalm) collectAll();
  }, windowMs).unref();
};

/** A context of its own is the only place where the switch shows at run time (nodejs.org/api/vm.html). */
const collectAll = (): void => {
  setFlagsFromString('--expose-gc');
  const collect: (options: { readonly flavor: 'last-resort' }) => void = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  collect({ flavor: 'last-resort' });
};
