import type { Exchange } from '../core/exchange.ts';
import type { MetadataIntent } from '../core/operation.ts';
import { defineStage } from '../core/stage.ts';
import { deny, pass, type Verdict } from '../core/verdict.ts';
import { createGuardAudit } from './guard-audit.ts';
import { guardOptions } from './guard-options.ts';
import { changesOf, type KeyChange, keyMatcher, mayTouch } from './guarded-key.ts';
import { lookupFaults, lookupVerdict } from './lookup-refusal.ts';
import { refusalSentence, retryAfterMs } from './resize-refusal.ts';
import { resizingServers } from './resize-scene.ts';

type GuardVerdict = Verdict<'resizing' | 'lookup-failed'>;

/**
 * The rule that no other gateway has: the seed advises not to change the disk-config key during resizes, and Nova
 * lets it happen. It is the operator's policy, not a technical lock: a running resize keeps its own copy of the value
 * (`nova/compute/api.py`), later rebuilds and new servers take the new one.
 */
export const diskConfigGuard = defineStage({
  name: 'disk-config-guard',
  summary:
    'Refuses a change of the disk-config key of an image while servers built from it are being resized.',
  options: guardOptions,
  reads: ['identity', 'intent', 'order'],
  gives: [],
  ports: ['servers', 'resizes', 'clock', 'audit'],
  faults: {
    resizing: {
      status: 409,
      name: 'conflictingRequest',
      when: 'A server built from the image is in RESIZE, VERIFY_RESIZE or REVERT_RESIZE.',
    },
    ...lookupFaults,
  },
  prepare(options, ports) {
    const matches = keyMatcher(options.key);
    const allowed = new Set(options.allowRoles);
    const rules = {
      scope: options.scope,
      lagMs: options.lagSeconds * 1000,
      volumeServers: options.volumeServers === 'block',
    };
    const waits = {
      autoConfirmMs: options.autoConfirmSeconds * 1000,
      defaultMs: options.retryAfterSeconds * 1000,
    };
    const audit = createGuardAudit(ports, options.census);

    /** A failed look-up is no permission; what it is instead the operator chooses. */
    const failed = (verdict: ReturnType<typeof lookupVerdict>): GuardVerdict => {
      if (verdict.kind === 'relay' || options.onLookupError === 'block') return verdict;
      return options.onLookupError === 'flag' ? { kind: 'pass', flag: 'lookup-failed' } : pass;
    };

    const judge = async (
      x: Exchange,
      imageId: string,
      changes: readonly KeyChange[],
    ): Promise<GuardVerdict> => {
      if (x.identity?.roles.some((role) => allowed.has(role)) === true) {
        return {
          kind: 'pass',
          settle: (outcome) => audit.passed(x, imageId, changes, outcome, { byRole: true }),
        };
      }
      const servers = await resizingServers(imageId, x.caller, x.signal, ports, rules);
      if (servers.kind !== 'found')
        return failed(lookupVerdict(servers, 'the servers built from this image'));
      if (servers.value.length > 0) {
        audit.refused(x, imageId, changes, servers.value);
        return deny('resizing', refusalSentence(options.key, servers.value, x.caller.projectId), {
          retryAfterMs: retryAfterMs(servers.value, ports.clock.now(), waits),
          notes: { servers: servers.value.length },
        });
      }
      return {
        kind: 'pass',
        settle: (outcome) => audit.passed(x, imageId, changes, outcome, { verify: options.verifyAfter }),
      };
    };

    const judgeChange = async (
      x: Exchange,
      intent: MetadataIntent,
      imageId: string,
    ): Promise<GuardVerdict> => {
      const change = await x.change();
      if (change.kind !== 'found') return failed(lookupVerdict(change, 'the image'));
      const changes = changesOf(change.value, intent, matches);
      return changes.length === 0 ? pass : judge(x, imageId, changes);
    };

    return (x) => {
      const { intent } = x;
      // A new image has no servers yet; only an image that exists can have some in resize.
      return intent?.kind === 'metadata' && intent.target.kind === 'image' && mayTouch(intent, matches)
        ? judgeChange(x, intent, intent.target.imageId)
        : pass;
    };
  },
});
