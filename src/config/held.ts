import { Secret } from '../core/secret.ts';
import type { Checked } from '../files/check.ts';
import type { Problem } from '../files/problem.ts';
import type { Mark } from '../files/shape.ts';
import { nameOf } from '../files/shape-sentences.ts';
import { host, httpOrigin, httpUrl, identityUrl, network, redisUrl, type Verified } from './addresses.ts';
import { besideFile, fetchSecret } from './secrets.ts';
import { loadStaticTokens } from './static-tokens.ts';
import { type Held, secretPattern } from './values.ts';

/** What a marked text stands for, or what is wrong with it. */
type Resolved = { readonly value: unknown } | { readonly problems: readonly Problem[] };

/** Replaces every marked text of a configuration by what it stands for; says what could not be had. */
export const resolveHeld = async (
  checked: Checked,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<Problem[]> => {
  const problems: Problem[] = [];
  for (const mark of checked.marks) {
    const resolved = await resolve(mark, checked, file, env);
    if ('problems' in resolved) problems.push(...resolved.problems);
    else {
      const holder = checked.at(mark.path.slice(0, -1)) as Record<string | number, unknown>;
      holder[mark.path.at(-1) ?? ''] = resolved.value;
    }
  }
  return problems;
};

const resolve = async (
  mark: Mark,
  checked: Checked,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<Resolved> => {
  const text = String(mark.value);
  const refuse = (message: string): Resolved => ({
    problems: [{ place: checked.place(mark.path), message }],
  });
  const verify = (verified: Verified): Resolved =>
    'fault' in verified ? refuse(`${nameOf(mark.path)} ${verified.fault}.`) : verified;
  const holds = mark.holds as Held;
  switch (holds) {
    case 'origin':
      return verify(httpOrigin(text));
    case 'url':
      return verify(httpUrl(text));
    case 'identity-url':
      return verify(identityUrl(text));
    case 'network':
      return verify(network(text));
    case 'host':
      return verify(host(text));
    case 'folder':
    case 'file':
      return { value: besideFile(file, text) };
    case 'secret': {
      const fetched = await fetchSecret(text, file, env);
      return 'fault' in fetched ? refuse(fetched.fault) : { value: fetched.secret };
    }
    case 'redis-url': {
      const isReference = new RegExp(secretPattern).test(text);
      const fetched = isReference ? await fetchSecret(text, file, env) : { secret: new Secret(text) };
      if ('fault' in fetched) return refuse(fetched.fault);
      const verified = redisUrl(fetched.secret.reveal(), !isReference);
      return 'fault' in verified ? verify(verified) : { value: fetched.secret };
    }
    case 'static-tokens': {
      const read = await loadStaticTokens(besideFile(file, text.slice('file:'.length)));
      return read.ok ? { value: read.tokens } : read;
    }
  }
};
