/** The server that editors ask about YAML files (redhat.vscode-yaml has it inside), asked as they do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { root } from './source-files.ts';

const entry = join(root, 'node_modules/yaml-language-server/bin/yaml-language-server');
/** As the extension sets it, but for schemas that it would fetch. */
const settings = { validate: true, completion: true, hover: true, schemaStore: { enable: false } };

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
}

export interface LanguageServer {
  /** What an editor would underline in a file with this text, as `line: sentence`. */
  problemsOf(file: string, text: string): Promise<readonly string[]>;
  /** What an editor would offer at a place of the text last told. Lines and columns begin with 0. */
  offers(
    file: string,
    line: number,
    character: number,
  ): Promise<readonly { readonly label: string; readonly documentation?: string }[]>;
}

/** Messages of the protocol in what a stream brings, each behind its length. */
const messagesIn = (take: (message: Message) => void): ((piece: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      const head = rest.indexOf('\r\n\r\n');
      const [, length] = /Content-Length: (\d+)/i.exec(rest.toString('latin1', 0, Math.max(head, 0))) ?? [];
      if (length === undefined || rest.length < head + 4 + Number(length)) return;
      const end = head + 4 + Number(length);
      take(JSON.parse(rest.toString('utf8', head + 4, end)));
      rest = rest.subarray(end);
    }
  };
};

/** A server that says nothing must end the test, not hold it. */
const inTime = async <T>(answer: Promise<T>, what: string): Promise<T> => {
  const late = new AbortController();
  const silence = pause(30_000, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error(`The language server was silent for 30 s: ${what}`);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    silence.catch(() => undefined);
    late.abort();
  }
};

export const startLanguageServer = async (t: TestContext): Promise<LanguageServer> => {
  const child = spawn(process.execPath, [entry, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'close');
  t.after(() => {
    child.kill();
    return exit;
  });
  const answers = new Map<unknown, (result: unknown) => void>();
  const configured = Promise.withResolvers<void>();
  const reports = new Map<unknown, (params: Record<string, unknown>) => void>();
  const versions = new Map<string, number>();
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const ask = (method: string, params: object): Promise<unknown> => {
    const id = answers.size + 1;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answers.set(id, resolve);
    send({ id, method, params });
    return inTime(promise, method);
  };
  const take = ({ id, method, params = {}, result }: Message): void => {
    if (method === 'textDocument/publishDiagnostics') reports.get(params['uri'])?.(params);
    else if (method === 'workspace/configuration') {
      const items = params['items'] as readonly { readonly section: string }[];
      send({ id, result: items.map(({ section }) => (section === 'yaml' ? settings : null)) });
      configured.resolve();
    } else if (method === undefined) answers.get(id)?.(result);
    else if (id !== undefined) send({ id, result: null });
  };
  child.stdout.on('data', messagesIn(take));
  await ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    capabilities: { workspace: { configuration: true }, textDocument: { publishDiagnostics: {} } },
  });
  send({ method: 'initialized', params: {} });
  // A file that is opened before is looked at with the settings that it begins with: it would fetch schemas from the
  // network, and where there is none say nothing for as long as that takes.
  await inTime(configured.promise, 'it asks for its settings');

  return {
    async problemsOf(file, text) {
      const uri = pathToFileURL(file).href;
      const version = (versions.get(uri) ?? 0) + 1;
      versions.set(uri, version);
      const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
      reports.set(uri, resolve);
      if (version === 1)
        send({
          method: 'textDocument/didOpen',
          params: { textDocument: { uri, languageId: 'yaml', version, text } },
        });
      else
        send({
          method: 'textDocument/didChange',
          params: { textDocument: { uri, version }, contentChanges: [{ text }] },
        });
      const found = (await inTime(promise, `problems of ${file}`))['diagnostics'] as readonly {
        readonly message: string;
        readonly range: { readonly start: { readonly line: number } };
      }[];
      return found.map(({ message, range }) => `${range.start.line}: ${message}`);
    },
    async offers(file, line, character) {
      const textDocument = { uri: pathToFileURL(file).href };
      const found = await ask('textDocument/completion', { textDocument, position: { line, character } });
      return (found as { items: { label: string; documentation?: string }[] }).items;
    },
  };
};
