/** What a curl command line asks for, as far as a gateway sees it. */
export interface CurlRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

export type CurlResult =
  | { readonly ok: true; readonly request: CurlRequest }
  | { readonly ok: false; readonly message: string };

const refuse = (message: string): CurlResult => ({ ok: false, message });

/** Options of curl that take a value and do not change what the gateway sees. */
const ignoredWithValue = new Set([
  '-o',
  '--output',
  '-m',
  '--max-time',
  '--connect-timeout',
  '-w',
  '--write-out',
  '--cacert',
  '-x',
  '--proxy',
]);
/** The same without a value. */
const ignored =
  /^(?:-[isSvkLfgN]+|--(?:include|silent|show-error|verbose|insecure|location|fail|globoff|compressed|no-buffer|http1\.1|path-as-is))$/;
const dataOptions = new Set(['-d', '--data', '--data-raw', '--data-binary', '--data-ascii', '--json']);

/**
 * Reads the words of a curl command, as a shell has split them; the first may be `curl` itself. Only what curl sends
 * by default for `-d` and `--json` is added.
 */
export const readCurl = (words: readonly string[]): CurlResult => {
  const list = words[0] === 'curl' ? words.slice(1) : words;
  const headers: [string, string][] = [];
  const data: string[] = [];
  let method: string | undefined;
  let url: string | undefined;
  let json = false;
  for (let index = 0; index < list.length; index += 1) {
    const word = list[index] ?? '';
    const value = (): string => list[++index] ?? '';
    if (word === '-X' || word === '--request') method = value();
    else if (/^-X./.test(word)) method = word.slice(2);
    else if (word === '-I' || word === '--head') method = 'HEAD';
    else if (word === '-H' || word === '--header') {
      const header = value();
      const colon = header.indexOf(':');
      if (colon < 1) return refuse(`The header ${JSON.stringify(header)} has no colon.`);
      headers.push([header.slice(0, colon), header.slice(colon + 1).trim()]);
    } else if (dataOptions.has(word)) {
      const text = value();
      if (text.startsWith('@') && word !== '--data-raw')
        return refuse(`Data from a file (${text}) is not read here; give it with --body.`);
      json ||= word === '--json';
      data.push(text);
    } else if (word === '--url') url = value();
    else if (ignoredWithValue.has(word)) value();
    else if (ignored.test(word)) continue;
    else if (word.startsWith('-'))
      return refuse(`The option ${word} of curl is not understood here. Leave it out.`);
    else if (url === undefined) url = word;
    else return refuse('There are two addresses in this command. Give one.');
  }
  if (url === undefined) return refuse('There is no address in this command.');
  const path = pathOf(url);
  if (path === undefined) return refuse(`${JSON.stringify(url)} is not an address of http or https.`);
  const body = data.length === 0 ? undefined : data.join('&');
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  if (body !== undefined && !named.has('content-type'))
    headers.push(['Content-Type', json ? 'application/json' : 'application/x-www-form-urlencoded']);
  return {
    ok: true,
    request: { method: method ?? (body === undefined ? 'GET' : 'POST'), path, headers, body },
  };
};

/** The path byte for byte: a URL parser would resolve dot segments, which the gateway is to see. */
const pathOf = (url: string): string | undefined => {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(url)?.[1];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) return undefined;
  const rest = /^(?:https?:\/\/)?[^/?#]+([^#]*)/i.exec(url)?.[1];
  if (rest === undefined) return url.startsWith('/') ? url : undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
};
