import { type FolderContent, readPolicyFolder } from './folder.ts';
import { readPolicy } from './policy-source.ts';

/**
 * The upstreams that a policy folder names, for looking at a policy without the settings of a gateway. A folder that
 * names none is meant for a gateway with one upstream, whatever its name.
 */
export const upstreamsNamed = async (
  from: string | Pick<FolderContent, 'policies'>,
): Promise<readonly string[]> => {
  const { policies } = typeof from === 'string' ? await readPolicyFolder(from) : from;
  const names = new Set<string>();
  for (const text of policies) {
    const { source } = readPolicy(text);
    if (source === undefined) continue;
    const ways = Array.from({ length: source.count(['routes']) }, (_, index) => ['routes', index] as const);
    for (const way of [...ways, ['default'] as const]) {
      const name = source.text([...way, 'upstream']);
      if (name !== undefined) names.add(name);
    }
  }
  return names.size > 0 ? [...names] : ['upstream'];
};
