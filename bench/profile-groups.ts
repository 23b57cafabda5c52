/** Which part of the whole a frame of a profile belongs to. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** The file of a frame, from its package or from our folder on; what V8 says where there is none. */
export const placeOf = ({ url, functionName }: Frame): string => {
  const [, inPackage] = /.*\/node_modules\/(.+)$/.exec(url) ?? [];
  const [, ours] = /\/((?:src|bench\/rows)\/.+)$/.exec(url) ?? [];
  return inPackage ?? ours ?? (url === '' ? functionName : url);
};

const groups: readonly (readonly [RegExp, string])[] = [
  [/^\(garbage collector\)$/, 'garbage collection'],
  [/^\(program\)$/, 'native code: reads, the parser of HTTP, the event loop'],
  [/^(writev|write\w*String|writeBuffer|shutdown)$/, 'the kernel: writes to sockets and to the log'],
  [/^(runMicrotasks|enqueueMicrotask)$/, 'promises'],
  [/^validate\d*$/, 'schemas, compiled by ajv'],
  [/^node:(_http|internal\/http)/, 'node:http'],
  [/^node:(net|stream|events|internal\/(stream|net))/, 'node:net, streams, events'],
  [/^node:/, 'Node.js: timers, buffers, hashes'],
  [/^(undici\/|wasm:)/, 'undici'],
  [/^(express|router|path-to-regexp|finalhandler|on-finished|parseurl|merge-descriptors)\//, 'express'],
];

/** Of what has no group of its own. */
const builtIn = 'built-in functions of V8 and Node.js';

export const groupOf = (frame: Frame): string => {
  const place = placeOf(frame);
  const known = groups.find(([pattern]) => pattern.test(place));
  if (known !== undefined) return known[1];
  const [, folder] = /^src\/(?:(.+?)\/)?[^/]+$/.exec(place) ?? [];
  if (folder !== undefined) return `ours: ${folder}`;
  return place.includes('/') ? 'other packages' : builtIn;
};
