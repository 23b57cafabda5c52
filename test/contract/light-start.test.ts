/** What a process that serves does not load, because each start and each idle gateway would pay for it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from '../support/source-files.ts';

const run = promisify(execFile);

/** Modules of Node.js that are loaded when these files of ours are. */
const loadedBy = async (...files: string[]): Promise<readonly string[]> => {
  const imports = files.map((file) => `await import(${JSON.stringify(pathToFileURL(join(root, file)))});`);
  const script = `${imports.join('')} process.stdout.write(JSON.stringify(process.moduleLoadList));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  return JSON.parse(stdout);
};

test('serve and its workers do without the fetch that is built into Node.js', async () => {
  const fetch = 'NativeModule internal/deps/undici/undici';
  const { stdout } = await run(process.execPath, [
    '--eval',
    'fetch; void WebSocket; console.log(process.moduleLoadList.join("\\n"))',
  ]);
  assert.ok(stdout.includes(`${fetch}\n`), 'Node.js still calls it by this name');
  const loaded = await loadedBy('src/cli/serve.ts', 'src/compose/primary.ts');
  assert.ok(loaded.includes('NativeModule http'), 'the gateway has been loaded');
  assert.ok(!loaded.includes(fetch), 'an import of node:http loads it; import node/http.ts instead');
});
