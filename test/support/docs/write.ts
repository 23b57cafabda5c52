/** `npm run docs`: makes the generated parts of the docs anew. What people wrote around and in them stays. */
import { writeFileSync } from 'node:fs';
import { documentOf, generatedDocs } from './documents.ts';

for (const name of generatedDocs) {
  const { file, present, current } = documentOf(name);
  if (present !== current) writeFileSync(file, current);
}
