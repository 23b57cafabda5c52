import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Operation } from '../../../src/core/operation.ts';
import { noIntent } from '../../../src/core/operation.ts';
import { canonicalTarget } from '../../../src/pipeline/canonical-path.ts';
import { RouteTable } from '../../../src/pipeline/route-table.ts';

const id = 'd0000000-0000-4000-8000-000000000001';
const other = 'a0000000-0000-4000-8000-000000000001';
const project = '2026ec0ffe06400598b5540879930682';

/** Every spelling of 121 tried that reached the image in a real Nova (26.2.2 behind uwsgi, Debian 12). */
const reached = [
  `/v2.1/images/${id}/metadata`,
  `/v2.1//images/${id}/metadata`,
  `//v2.1/images/${id}/metadata`,
  `/v2.1/images//${id}/metadata`,
  `/v2.1/images/${id}//metadata`,
  `/v2.1/${project}/images/${id}/metadata`,
  `/v2.1/${project}//images/${id}/metadata`,
  `/v2/images/${id}/metadata`,
  `/v2/${project}/images/${id}/metadata`,
  `/v2.1/images/${id}/metadata?x=1`,
  `/v2.1/images/${id}/metadata?`,
  `/v2.1/images/${id}/metadata#frag`,
  '/v2.1/images/D0000000-0000-4000-8000-000000000001/metadata',
  '/v2.1/images/%640000000-0000-4000-8000-000000000001/metadata',
  `/v2.1/images/${id}/%6detadata`,
  `/v2.1/%69mages/${id}/metadata`,
  `/v2%2e1/images/${id}/metadata`,
  `/%76%32.1/images/${id}/metadata`,
  `/v2.1%2fimages/${id}/metadata`,
  `/v2.1/images%2f${id}/metadata`,
  `/v2.1/images/${id}%2fmetadata`,
  `/v2.1/images/${id}%2Fmetadata`,
  `/v2.1/./images/${id}/metadata`,
  `/v2.1/images/./${id}/metadata`,
  `/v2.1/images/../images/${id}/metadata`,
  `/v2.1/servers/../images/${id}/metadata`,
  `/v2.1/images/${other}/../${id}/metadata`,
  `/v2.1/images/${other}/metadata/../../${id}/metadata`,
  `/x/../v2.1/images/${id}/metadata`,
  `/../v2.1/images/${id}/metadata`,
  `/v2/../v2.1/images/${id}/metadata`,
  `/v2.1/images/${id}/metadata%0a`,
  `/v2.1/images/${id}%0a/metadata`,
  `/v2.1/images/${id}%3f/metadata`,
  `/v2.1/images/${id}%3fx=/metadata`,
  `/v2.1/images/${id}%23/metadata`,
  `/v2.1/images/${id}%23x/metadata`,
  `http://127.0.0.1/v2.1/images/${id}/metadata`,
  `http://other.example/v2.1/images/${id}/metadata`,
  `https://127.0.0.1/v2.1/images/${id}/metadata`,
  `/v2.1/images/${id}/metadata%`,
  '/v2.1/%69%6d%61%67%65%73/%640000000-0000-4000-8000-000000000001/%6d%65%74%61%64%61%74%61',
  `/healthcheck/../v2.1/images/${id}/metadata`,
];

const guarded: Operation = {
  name: 'image-metadata-set',
  summary: 'Writes some properties of an image.',
  api: 'compute',
  method: 'POST',
  path: '/images/:imageId/metadata',
  mediaTypes: ['application/json'],
  intent: () => noIntent,
};

describe('a path that reaches an image in the real Nova is judged as that call or refused', () => {
  const table = new RouteTable<string>();
  table.add({ kind: 'operations', operations: [guarded.name] }, [guarded], 'guarded');
  table.add({ kind: 'path', path: '/**', methods: [] }, [], 'open');

  for (const target of reached) {
    test(target, () => {
      const canonical = canonicalTarget(target);
      if (canonical.kind === 'refused') return;
      const found = table.find('POST', canonical.segments);
      assert.ok(found.kind === 'route' && found.value === 'guarded', JSON.stringify(found));
      assert.equal(found.params['imageId']?.toLowerCase(), id);
    });
  }
});
