import type { RankedBlocker } from '../../../shared/domain/ranking.ts';
import type { CampaignReport, ClientReport } from '../../../shared/domain/report.ts';
import { statusLines } from './status-text.ts';
import { table } from './table.ts';
import { many, number, type View } from './view.ts';

/** Not-ok ends that are listed by name; `--json` has them all. */
const namedAtMost = 20;

/** The final report on a terminal: the status, the blockers ranked, and every client a person has to see to. */
export function reportLines(view: View, report: CampaignReport): readonly string[] {
  const notOk = report.clients.filter(({ end }) => end === 'failed' || end === 'needsAttention');
  return [
    ...statusLines(view, report),
    '',
    ...rankingLines(view, report.blockers),
    ...(notOk.length === 0 ? [] : ['', ...notOkLines(view, notOk)]),
    '',
    view.paint('dim', `every client, with its evidence: servpack campaign report ${report.campaign} --json`),
  ];
}

/** "fix this one, N go" */
export function rankingLines(view: View, blockers: readonly RankedBlocker[]): readonly string[] {
  if (blockers.length === 0) return ['No blocker was ever met.'];
  const columns = [
    { head: 'blocker' },
    { head: 'fix it and go', short: 'go', align: 'right' as const },
    { head: 'blocks now', short: 'now', align: 'right' as const },
    { head: 'ever met', short: 'met', align: 'right' as const },
  ];
  const rows = blockers.map(({ blocker, alone, blocks, met }) => [
    { text: blocker },
    alone === 0 ? { text: '·', style: 'dim' as const } : { text: number(alone), style: 'bold' as const },
    { text: number(blocks) },
    { text: number(met) },
  ]);
  const [first] = blockers;
  const best =
    first === undefined || first.alone === 0
      ? []
      : [view.paint('bold', `Fix ${first.blocker} and ${many(first.alone, 'client')} can go.`)];
  return [...table(view, columns, rows), ...best];
}

function notOkLines(view: View, clients: readonly ClientReport[]): readonly string[] {
  const rows = clients
    .slice(0, namedAtMost)
    .map(({ client, end, reason, cause }) => [
      { text: client },
      { text: end === 'needsAttention' ? 'attention' : (end ?? ''), style: 'red' as const },
      { text: reason ?? cause ?? '' },
    ]);
  const more = clients.length - rows.length;
  return [
    ...table(view, [{ head: 'client' }, { head: 'end' }, { head: 'reason' }], rows),
    ...(more > 0 ? [`and ${number(more)} more`] : []),
  ];
}
