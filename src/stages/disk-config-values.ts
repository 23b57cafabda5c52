import type { Exchange } from '../core/exchange.ts';
import type { MetadataIntent } from '../core/operation.ts';
import { defineStage } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass, type Verdict } from '../core/verdict.ts';
import { changesOf, keyMatcher, mayTouch } from './guarded-key.ts';
import { lookupFaults, lookupVerdict } from './lookup-refusal.ts';

const options = Type.Object(
  {
    key: Type.String({ minLength: 1, default: 'auto_disk_config', description: 'The guarded metadata key.' }),
    values: Type.Array(Type.String(), {
      minItems: 1,
      default: ['TRUE', 'FALSE'],
      description: 'The values that users may choose, compared without case.',
    }),
    reserved: Type.Array(Type.String(), {
      default: ['DISABLED'],
      description: 'Values that users may neither set nor take away, compared without case and blanks.',
    }),
    allowRoles: Type.Array(Type.String(), {
      default: [],
      description: 'Roles whose holders may set, change and remove reserved values.',
    }),
  },
  { additionalProperties: false },
);

/** Nova compares trimmed and in lower case (`nova/utils.py` `is_auto_disk_config_disabled`). */
const fold = (value: string): string => value.trim().toLowerCase();

export const diskConfigValues = defineStage({
  name: 'disk-config-values',
  summary:
    'Keeps the disk-config key to the values that users may choose, and the reserved one out of their hands.',
  options,
  reads: ['identity', 'intent'],
  gives: [],
  ports: [],
  faults: {
    'bad-value': { status: 400, name: 'badRequest', when: 'The value is not one that users may choose.' },
    'reserved-value': {
      status: 403,
      name: 'forbidden',
      when: 'The key has a reserved value (DISABLED), which a user may neither change nor remove.',
    },
    ...lookupFaults,
  },
  prepare({ key, values, reserved, allowRoles }) {
    const matches = keyMatcher(key);
    const choices = new Set(values.map(fold));
    const kept = new Set(reserved.map(fold));
    const allowed = new Set(allowRoles);
    const choice = values.join(' or ');

    /** A value that is wrong is wrong whatever the state is: no look-up for it. */
    const wrongValue = (intent: MetadataIntent) => {
      const after = intent.apply(Object.create(null));
      for (const name of Object.keys(after).filter(matches)) {
        const value = after[name] ?? '';
        if (!choices.has(value.toLowerCase()) && !kept.has(fold(value))) return { name, isReserved: false };
        if (kept.has(fold(value))) return { name, isReserved: true };
      }
      return undefined;
    };

    const judge = async (
      x: Exchange,
      intent: MetadataIntent,
    ): Promise<Verdict<'bad-value' | 'reserved-value' | 'lookup-failed'>> => {
      const privileged = x.identity?.roles.some((role) => allowed.has(role)) === true;
      const wrong = wrongValue(intent);
      if (wrong !== undefined && !(wrong.isReserved && privileged)) {
        // Sending the reserved value that is there already changes nothing, so the state decides.
        const unchanged = wrong.isReserved && (await keeps(x, wrong.name));
        if (!unchanged) {
          return deny(
            'bad-value',
            `The value of "${wrong.name}" must be ${choice}.${wrong.isReserved ? ' The value sent is reserved for operators.' : ''}`,
          );
        }
      }
      if (privileged) return pass;
      const change = await x.change();
      if (change.kind !== 'found') return lookupVerdict(change, 'the image');
      if (changesOf(change.value, intent, matches).length === 0) return pass;
      // Whichever spelling changes: the reserved value under one of them speaks for the key.
      const { before } = change.value;
      const held = Object.keys(before).find((name) => matches(name) && kept.has(fold(before[name] ?? '')));
      if (held === undefined) return pass;
      return deny(
        'reserved-value',
        `"${held}" of this image is ${fold(before[held] ?? '').toUpperCase()}, which only an operator may change or remove. Leave the key as it is.`,
      );
    };

    return (x) => {
      const { intent } = x;
      return intent?.kind === 'metadata' && mayTouch(intent, matches) ? judge(x, intent) : pass;
    };

    async function keeps(x: Exchange, name: string): Promise<boolean> {
      const change = await x.change();
      return change.kind === 'found' && change.value.before[name] === change.value.after[name];
    }
  },
});
