import { recordedExchanges, wholeText } from '../../support/recorded/recorded-exchange.ts';
import { recordedByChance, recordedExplained } from '../exchanges/recorded-differences.ts';
import type { Compared } from './compare.ts';
import { code, row } from './report.ts';
import { failureTable, shown } from './transparent-section.ts';

const reasons: Readonly<Record<string, string | undefined>> = { ...recordedExplained, ...recordedByChance };

/** The targets of the recorded requests, by their names. */
const targets = (): ReadonlyMap<string, string> =>
  new Map(
    recordedExchanges().flatMap((each) => ('settle' in each ? [] : [[each.name, wholeText(each.target)]])),
  );

/** The table of the recorded requests, direct against through the gateway. */
export const recordedSection = (all: readonly Compared[]): string => {
  const target = targets();
  const same = all.filter(({ outcome }) => outcome === 'same').length;
  const refused = all.filter(({ outcome }) => outcome.includes('/')).length;
  return [
    '## The recorded requests, sent again both ways',
    '',
    `The ${all.length} requests of [the recording](../test/support/recorded/README.md) to which Nova and Glance have an answer were`,
    'sent in their order to the services and through the gateway, servers that are created, resized and rebuilt included, and',
    'compared in the same way. One that the gateway refused was sent past it afterwards, so that both sides kept one history.',
    '',
    `- ${same} answers were the same, and had the same effect.`,
    `- ${refused} requests were refused; none of them changed anything. The table above says when each refusal is answered.`,
    `- ${all.length - same - refused} answers differ for another reason.`,
    '',
    row('Request', 'Direct', 'Through', 'Why it differs'),
    row('---', '---', '---', '---'),
    ...all
      .filter(({ outcome }) => outcome === 'differs')
      .map(({ exchange, direct, through }) =>
        row(exchange.name, String(direct), String(through), reasons[exchange.name] ?? ''),
      ),
    '',
    'Failures of the services, passed on as they are:',
    '',
    ...failureTable(all),
    '',
    '### Every recorded request',
    '',
    row('Name', 'Request', 'Direct', 'Through', 'Outcome'),
    row('---', '---', '---', '---', '---'),
    ...all.map(({ exchange, direct, through, outcome }) =>
      row(
        exchange.name,
        code(shown(`${exchange.method} ${target.get(exchange.name) ?? ''}`).slice(0, 90)),
        direct === 0 ? 'cut' : String(direct),
        String(through),
        outcome.includes('/') ? code(outcome) : outcome,
      ),
    ),
  ].join('\n');
};
