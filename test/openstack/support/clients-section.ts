import { code, row } from './report.ts';
import { clearTerminalPictures, writeTerminalPicture } from './terminal-picture.ts';

/** A command run against the services and through the gateway. */
export interface Ran {
  readonly command: string;
  readonly direct: number;
  readonly through: number;
  readonly sameText: boolean;
}

/** What a person sees who is refused. */
export interface Refused {
  readonly status: number;
  readonly why: string;
  readonly command: string;
  readonly text: string;
}

/** Ids, times, addresses and secrets as words: what stays is the same on each machine and each day. */
export const plain = (text: string): string =>
  text
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://{host}')
    .replace(/req-[0-9a-f-]{36}/g, '{request}')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '{id}')
    .replace(/\b[0-9a-f]{32,}\b/g, '{hex}')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+0000)?/g, '{time}')
    .replace(/(policy revision )[0-9a-f]{16}/g, '$1{revision}')
    .replace(/gAAAA[\w-]+/g, '{token}')
    .replace(/(adminPass\s+\| )\S+/g, '$1{password}')
    .replace(/((?:after|retry-after:|r=|t=|remaining":|timeout=) ?)\d+/gi, '$1{number}')
    .replace(/^(Date: ).*$/gm, '$1{time}')
    .replace(/\r/g, '');

/** `409-a-server-in-resize`: the name of a picture. */
const pictureName = ({ status, why }: Refused): string =>
  `${status}-${why.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;

/** The part of the page; the pictures that it shows are written beside it. */
export const clientsSection = (
  versions: string,
  ran: readonly Ran[],
  refused: readonly Refused[],
): string => {
  clearTerminalPictures();
  return [
    '## Clients',
    '',
    `Run with ${versions}. Keystone's catalogue named the services for the first column and the`,
    'gateway for the second (compute at `http://{host}/v2.1`, image at `http://{host}/v2`).',
    '',
    row('Command', 'Exit, direct', 'Exit, through', 'What it prints'),
    row('---', '---', '---', '---'),
    ...ran.map(({ command, direct, through, sameText }) =>
      row(code(plain(command)), String(direct), String(through), sameText ? 'the same' : 'differs'),
    ),
    '',
    '### What a person sees who is refused',
    ...refused.flatMap((each) => [
      '',
      `${each.status}, ${each.why}:`,
      '',
      `![A terminal with this text](${writeTerminalPicture(pictureName(each), plain(each.command), plain(each.text))})`,
      '',
      '```console',
      `$ ${plain(each.command)}`,
      plain(each.text),
      '```',
    ]),
  ].join('\n');
};
