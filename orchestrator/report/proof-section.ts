import { count } from '../charts/svg.ts';
import type { ChartTable } from '../charts/table.ts';
import { stateWord } from '../views/state-words.ts';
import type { CampaignReport, ClientReport } from '../views/report.ts';
import type { Block, Section } from './document.ts';
import type { ReportData } from './report-data.ts';
import { timesInWords, whenInWords } from './when.ts';
import { listedAtMost } from './tally.ts';

/** How everything that the report says can be checked, and what became of each client. */
export function proofSection({ report, tallied, seals, list }: ReportData): Section {
  const { campaign, hash, archived } = report;
  return {
    title: 'Proof',
    blocks: [
      {
        kind: 'text',
        text: 'A client counts as upgraded only where a look found every file with the hash of the release. What was found is kept under its SHA-256. Everything that was done stands in the audit, which is sealed in a chain of hashes: with the newest head, written down here, every later change of the files is found.',
      },
      {
        kind: 'facts',
        facts: [
          ['campaign file', `SHA-256 ${hash}`],
          ...seals.map(
            ({ shard, block, head }) =>
              [`audit, shard ${shard}`, `block ${count(block)}, head ${head}`] as const,
          ),
          ...(seals.length === 0 ? [['audit', 'no block is sealed yet'] as const] : []),
          ...(archived === null
            ? []
            : [['archived', `${whenInWords(archived.at)} by ${archived.by}: ${archived.file}`] as const]),
          ...(list === null
            ? []
            : [['list of all clients', `${list.file}, SHA-256 ${list.sha256}`] as const]),
        ],
      },
      {
        kind: 'commands',
        commands: [
          'servpack audit verify',
          `servpack audit export --campaign ${campaign} --csv`,
          `servpack campaign clients ${campaign} --csv`,
          'servpack client why CLIENT --evidence',
        ],
      },
      ...clientList(tallied.clients, report),
    ],
  };
}

function clientList(
  clients: readonly ClientReport[] | null,
  { campaign, archived }: CampaignReport,
): readonly Block[] {
  const whole =
    archived === null
      ? `campaign clients ${campaign} --csv`
      : `campaign report ${campaign} --archived --json`;
  if (clients === null)
    return [
      {
        kind: 'text',
        text: `The campaign has more than ${count(listedAtMost)} clients, so they are not listed here: servpack ${whole} lists them.`,
      },
    ];
  if (clients.length === 0) return [];
  const summary = `All ${count(clients.length)} ${clients.length === 1 ? 'client' : 'clients'} with end and evidence`;
  return [{ kind: 'folded', summary, table: tableOf(summary, clients) }];
}

const tableOf = (caption: string, clients: readonly ClientReport[]): ChartTable => ({
  caption,
  heads: ['client', 'wave', 'end', 'finished', 'reason', 'evidence, SHA-256'],
  rows: clients.map(({ client, wave, end, state, settledAt, reason, cause, evidence }) => [
    client,
    wave,
    stateWord(end ?? state),
    whenInWords(settledAt ?? ''),
    timesInWords(reason ?? cause ?? ''),
    evidence ?? '',
  ]),
});
