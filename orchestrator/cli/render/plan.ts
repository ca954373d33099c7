import type { z } from 'zod';
import type { planAnswer } from '../../http/schemas/campaigns.ts';
import { forecastLines, relocationWords } from '../../views/forecast-words.ts';
import { leftOverWords, notStagedInAll, scopeWords, siteWideWarning } from '../../views/campaign-words.ts';
import { notStagedLines } from './status.ts';
import { type Cell, isOneTable, table } from './table.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

type Excluded = z.infer<typeof planAnswer>['excluded'][number];

/** What a campaign file would do: waves by logon server, and what prevents its creation. */
export function planLines(view: View, plan: z.infer<typeof planAnswer>): readonly string[] {
  const {
    campaign,
    release,
    releaseStaged,
    start,
    selected,
    selection,
    excluded,
    fleet,
    servers,
    left,
    siteWide,
    notStaged,
    forecast,
    rules,
    warnings,
  } = plan;
  const staged = releaseStaged
    ? 'staged'
    : start === 'whenStaged'
      ? 'not staged yet; the campaign starts when it is staged'
      : 'not staged yet';
  return [
    `${view.paint('bold', `campaign ${safe(campaign)}`)}  release ${safe(release)} (${staged})`,
    `${number(selected)} of ${many(fleet, 'client')} of the fleet selected${servers === 0 ? '' : `; ${many(servers, 'server')} among them will be looked at and excluded, never changed`}`,
    ...(selection === null ? [] : wrapped(view, '', `selected: ${selection}`)),
    ...excluded.flatMap((each) => excludedLines(view, each)),
    ...siteWideLines(view, siteWide),
    ...warningLines(view, warnings),
    ...(forecast === null
      ? []
      : [relocationWords(forecast), ...forecastLines(forecast, releaseStaged ? release : null)]
    ).flatMap((line) => wrapped(view, '', line)),
    ...bindsLines(view, plan.binds),
    ...(left === 0 ? [] : [view.paint('red', leftOverWords(left))]),
    ...(notStaged.length === 0 ? [] : [view.paint('yellow', notStagedInAll(notStaged))]),
    ...notStagedLines(view, notStaged, release),
    ...rules.flatMap(({ rule, says }) => wrapped(view, `${rule}: `, says)),
    '',
    ...wavesTable(view, plan),
  ];
}

/** What will hold the campaign up, by the last looks at its clients. */
function bindsLines(view: View, binds: z.infer<typeof planAnswer>['binds']): readonly string[] {
  if (binds === undefined) return [];
  const { says, because, assumed } = binds;
  return says === null
    ? wrapped(
        view,
        'will bind: ',
        `not computed: ${because ?? ''}; run: servpack campaign simulate FILE --from-looks`,
      )
    : [...wrapped(view, 'will bind: ', says), ...wrapped(view, '  assumed: ', assumed, 'dim')];
}

/** What was created, with what its author may have overlooked. */
export function createdLines(view: View, plan: z.infer<typeof planAnswer>): readonly string[] {
  const { campaign, siteWide, warnings } = plan;
  return [
    ...siteWideLines(view, siteWide),
    ...warningLines(view, warnings),
    safe(`Created ${scopeWords(plan)}`),
    safe(`Start it: servpack campaign start ${campaign}`),
  ];
}

const siteWideLines = (view: View, siteWide: boolean): readonly string[] =>
  siteWide ? wrapped(view, 'warning: ', siteWideWarning, 'red') : [];

const warningLines = (view: View, warnings: readonly string[]): readonly string[] =>
  warnings.flatMap((warning) => wrapped(view, 'warning: ', warning, 'yellow'));

function excludedLines(view: View, { reason, clients, names }: Excluded): readonly string[] {
  const more = clients - names.length;
  const all = `${names.join(', ')}${more === 0 ? '' : `, and ${number(more)} more`}`;
  return wrapped(view, '', `${many(clients, 'client')} left out and not touched (${reason}): ${all}`);
}

function wavesTable(view: View, { waves, logonServers }: z.infer<typeof planAnswer>): readonly string[] {
  const columns = [
    { head: 'logon server' },
    ...waves.map(({ wave }, at) => ({ head: wave, short: `#${at + 1}`, align: 'right' as const })),
    { head: 'clients', align: 'right' as const },
  ];
  const cell = (count: number): Cell => (count === 0 ? { text: '·', style: 'dim' } : { text: number(count) });
  const rows = logonServers.map(({ logonServer, clients }) => [
    { text: logonServer },
    ...waves.map((wave) =>
      cell(wave.logonServers.find((each) => each.logonServer === logonServer)?.clients ?? 0),
    ),
    cell(clients),
  ]);
  const sum = waves.reduce((all, { clients }) => all + clients, 0);
  const last = [
    { text: 'all', style: 'bold' as const },
    ...waves.map(({ clients }) => cell(clients)),
    cell(sum),
  ];
  const cells = [...rows, last];
  const hasNames = isOneTable(view, columns, cells, true);
  const legend = hasNames
    ? []
    : waves.flatMap(({ wave }, at) => wrapped(view, `#${at + 1} = `, `wave ${wave}`));
  return [...table(view, columns, cells), ...legend];
}
