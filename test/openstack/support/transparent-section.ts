import { gatewayFaults } from '../../../src/core/gateway-faults.ts';
import { stages } from '../../../src/stages/index.ts';
import { explained, refusals } from '../exchanges/differences.ts';
import { failureRows } from '../exchanges/service-failures.ts';
import type { Compared } from './compare.ts';
import { code, row } from './report.ts';

/** When a refusal is answered, as the gateway itself declares it. */
const whenOf = (fault: string): string => {
  const [owner = '', name = ''] = fault.split('/');
  const specs: Readonly<Record<string, { readonly when: string } | undefined>> =
    owner === 'gateway' ? gatewayFaults : (stages.find((stage) => stage.name === owner)?.faults ?? {});
  return specs[name]?.when ?? '';
};

/** The table of all exchanges, direct against through the gateway, with every difference and its reason. */
export const transparentSection = (
  results: ReadonlyMap<string, readonly Compared[]>,
  services: string,
): string => {
  const all = [...results.values()].flat();
  const same = all.filter(({ outcome }) => outcome === 'same').length;
  const refused = all.filter(({ outcome }) => outcome.includes('/')).length;
  return [
    '## The same requests to the services and through the gateway',
    '',
    `${all.length} requests were sent byte for byte to ${services} and through the gateway, on images and servers with the`,
    'same history. Status, reason, body and headers were compared, but for those that a proxy owns (connection, framing, `Date`,',
    '`Via`, request ids, `RateLimit`, `X-Policy-Flag`, `X-Policy-Decision`); after each write Glance was asked what it holds.',
    '',
    `- ${same} answers were the same, and had the same effect.`,
    `- ${refused} requests were refused by a policy of the gateway, or refused in its own words; none of them changed anything.`,
    `- ${all.length - same - refused} answers differ for another reason.`,
    '',
    '### Refused by the gateway',
    '',
    row('Refusal', 'When', 'Requests of the set'),
    row('---', '---', '---'),
    ...Object.entries(refusals).map(([fault, names]) =>
      row(code(fault), whenOf(fault), String(names.length)),
    ),
    '',
    '### Other differences',
    '',
    row('Request', 'Direct', 'Through', 'Why'),
    row('---', '---', '---', '---'),
    ...all
      .filter(({ outcome }) => outcome === 'differs')
      .map(({ exchange, direct, through }) =>
        row(exchange.name, String(direct), String(through), explained[exchange.name] ?? ''),
      ),
    '',
    '### Failures of the services, passed on as they are',
    '',
    ...failureTable(all),
    ...[...results].flatMap(([title, compared]) => ['', `### ${title}`, '', ...table(compared)]),
  ].join('\n');
};

/** The same answers that are failures, each with its reason. */
export const failureTable = (all: readonly Compared[]): readonly string[] => [
  row('Request', 'Both ways', 'Why'),
  row('---', '---', '---'),
  ...failureRows(all).map((cells) => row(...cells)),
];

const table = (compared: readonly Compared[]): string[] => [
  row('Request', '', 'Direct', 'Through', 'Outcome'),
  row('---', '---', '---', '---', '---'),
  ...compared.map(({ exchange, direct, through, outcome, sentence }) =>
    row(
      shown(exchange.name),
      exchange.method,
      direct === 0 ? 'cut' : String(direct),
      String(through),
      outcome.includes('/') ? `${code(outcome)} ${shown(sentence)}` : outcome,
    ),
  ),
];

/** Markdown reads angle brackets, braces do no harm; long runs are cut. */
export const shown = (text: string): string => text.replaceAll('<', '&lt;').slice(0, 240);
