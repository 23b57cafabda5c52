/** Which part of the whole a frame of a profile belongs to. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** The file of a frame, from its package or from our folder on; what V8 says where there is none. */
export const placeOf = ({ url, functionName }: Frame): string => {
  const file = url.replace(/^.*\/(dist|node_modules|src|rows)\//, '$1/').replace('node_modules/', '');
  return file === '' ? functionName : file;
};

const groups: readonly (readonly [RegExp, string])[] = [
  [/^\(garbage collector\)$/, 'garbage collection'],
  [/^\(program\)$/, 'native code: the kernel, sockets, the parser of HTTP'],
  [/^node:(_http|internal\/http)/, 'node:http'],
  [/^node:(net|internal\/(stream|net)|stream|events|internal\/streams)/, 'node:net and streams'],
  [/^node:/, 'the rest of Node.js: timers, buffers, hashes'],
  [/^(undici)\//, 'undici'],
  [/^(express|router|path-to-regexp|finalhandler|on-finished|parseurl|merge-descriptors)\//, 'express'],
];

export const groupOf = (frame: Frame): string => {
  const place = placeOf(frame);
  const known = groups.find(([pattern]) => pattern.test(place));
  if (known !== undefined) return known[1];
  const ours = /^(?:dist|src)\/(?:(.+?)\/)?[^/]+$/.exec(place);
  if (ours !== null) return `ours: ${ours[1] ?? 'main'}`;
  return place.includes('/') ? `other packages: ${place.split('/')[0]}` : 'functions of V8 itself';
};
