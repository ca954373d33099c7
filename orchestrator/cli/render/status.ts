import { spanInWords } from '../../views/duration-text.ts';
import { statusWord } from '../../views/campaign-words.ts';
import { marksOf, unmarkCommand, whenUnmarked, willInstallWords } from '../../views/marks.ts';
import { missingWord } from '../../views/missing-processes.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { endsInWords } from '../../../shared/domain/outcome/ending.ts';
import { waitWords } from '../../../shared/domain/rules/wait-words.ts';
import { endForecastLines } from './end-forecast.ts';
import { openHookLines } from './hooks.ts';
import { editionLines } from './edition.ts';
import { heldLines, holdsLines } from './held.ts';
import { statesTable } from './states-table.ts';
import { many, number, safe, type Style, type View } from './view.ts';
import { wrapped } from './wrap.ts';
import { finishedIn, notOk } from '../../../shared/domain/outcome/states.ts';

const statusStyle: Readonly<Record<CampaignStatus['status'], Style>> = {
  created: 'dim',
  scheduled: 'yellow',
  waitingForRelease: 'yellow',
  running: 'cyan',
  paused: 'yellow',
  ended: 'bold',
  aborted: 'red',
};

/** The status of a campaign: its head, waves with their gates, logon servers, and problems. */
export function statusLines(view: View, status: CampaignStatus): readonly string[] {
  const waves = status.waves.map(({ wave, size, states }) => ({ name: wave, size, states }));
  const servers = status.logonServers.map(({ logonServer, size, states }) => ({
    name: logonServer,
    size,
    states,
  }));
  return [
    ...headLines(view, status),
    '',
    ...statesTable(view, 'wave', waves),
    ...status.waves.flatMap(({ wave, gate }) => wrapped(view, `  ${wave}: `, gate, 'dim')),
    '',
    ...statesTable(view, 'logon server', servers),
    ...notStagedLines(view, status.notStaged, status.release),
    ...troubleLines(view, status),
    ...actionLines(view, status.actions),
  ];
}

/** What a person can do, as commands. */
export const actionLines = (view: View, actions: readonly string[]): readonly string[] =>
  actions.length === 0
    ? []
    : ['', ...actions.flatMap((action, at) => wrapped(view, at === 0 ? 'do: ' : '    ', action, 'bold'))];

/** The warning that stands above everything else while all campaigns are halted. */
export const haltedLine = (view: View, halted: CampaignStatus['halted']): readonly string[] =>
  halted === null
    ? []
    : wrapped(view, `EVERYTHING IS HALTED by ${halted.by} since ${halted.at}: `, halted.because, 'red');

const missingHead = ({ process, since }: NonNullable<CampaignStatus['missing']>[number]): string =>
  `${missingWord[process]}${since === null ? '' : ` since ${since}`}: `;

/** Above everything else: no other line moves while a process is missing. */
const missingLines = (view: View, missing: CampaignStatus['missing'] = []): readonly string[] =>
  missing.flatMap((each) => wrapped(view, missingHead(each), each.says, 'red'));

/**
 * The clients that will still install, and what takes their marks back, where that is offered: a
 * simulated or an archived campaign has no command.
 */
function markedLines(view: View, status: CampaignStatus): readonly string[] {
  const marks = marksOf(status);
  if (marks === null) return [];
  const says = `${willInstallWords(marks, status.release)}${whenUnmarked(marks)}`;
  const command = unmarkCommand(status.campaign);
  const isOffered = marks.now > 0 && status.actions.includes(command);
  return wrapped(view, 'marked: ', isOffered ? `${says}: ${command}` : says, 'red');
}

function abortedLines(view: View, { aborted }: CampaignStatus): readonly string[] {
  if (aborted === null) return [];
  const { by, because, finishing } = aborted;
  return [
    ...wrapped(view, `aborted by ${by}: `, because, 'red'),
    ...(finishing === 0
      ? []
      : [
          `${many(finishing, 'client')} ${finishing === 1 ? 'is' : 'are'} still being cancelled: what has begun on a client is finished first`,
        ]),
  ];
}

export const namedAtMost = 5;

/** `LS-PUN 14/22 files: 312 clients wait`, for the servers that most clients wait for. */
export function notStagedLines(
  view: View,
  servers: CampaignStatus['notStaged'],
  release: string,
): readonly string[] {
  const more = servers.length - namedAtMost;
  return [
    ...servers.slice(0, namedAtMost).flatMap(({ logonServer, filesOk, filesInAll, waiting, because }) => {
      const head = `${logonServer} ${filesOk}/${filesInAll} files: `;
      const waits = `${many(waiting, 'client')} ${waiting === 1 ? 'waits' : 'wait'}: ${because}`;
      return wrapped(view, head, waits, 'yellow');
    }),
    ...(more > 0 ? [safe(`and ${number(more)} more: servpack release servers ${release}`)] : []),
  ];
}

/** The time since the start, in words. For a paused campaign this is not the time of the pause. */
const tookWord: Partial<Record<CampaignStatus['status'], (span: string) => string>> = {
  running: (span) => ` for ${span}`,
  paused: (span) => `, started ${span} ago`,
  ended: (span) => ` after ${span}`,
  aborted: (span) => ` after ${span}`,
};

const goingWord = { delete: 'being deleted', archive: 'being archived' } as const;

/** Campaign, progress, and who paused or aborted it. */
export function headLines(view: View, status: CampaignStatus): readonly string[] {
  const { campaign, release, paused, removal, tookMs } = status;
  const { paint } = view;
  const took = tookMs === null ? '' : (tookWord[status.status]?.(spanInWords(tookMs)) ?? '');
  const word = paint(statusStyle[status.status], `${statusWord[status.status]}${took}`);
  return [
    ...missingLines(view, status.missing),
    ...haltedLine(view, status.halted),
    `${paint('bold', `campaign ${safe(campaign)}`)}  release ${safe(release)}  ${word}`,
    ...progressLines(view, status),
    ...(status.ticket === undefined ? [] : wrapped(view, 'ticket: ', status.ticket)),
    ...(status.members === undefined ? [] : wrapped(view, 'clients: ', status.members)),
    ...(status.approvals ?? []).flatMap((line) => wrapped(view, 'approval: ', line, 'yellow')),
    ...(status.requests ?? []).flatMap(({ says }) => wrapped(view, 'request: ', says, 'yellow')),
    ...endForecastLines(view, status),
    ...(status.binds === undefined ? [] : wrapped(view, 'binds: ', status.binds.says)),
    ...editionLines(view, status),
    ...(status.speed === undefined ? [] : wrapped(view, 'speed: ', status.speed)),
    ...(status.restarts ?? []).slice(0, namedAtMost).flatMap((line) => wrapped(view, 'restarts: ', line)),
    ...(status.stops ?? []).flatMap((line) => wrapped(view, 'stop: ', line)),
    ...(removal === null
      ? []
      : wrapped(
          view,
          `${goingWord[removal.kind]} by ${removal.by} since ${removal.at}: `,
          removal.because,
          'red',
        )),
    ...(paused === null
      ? []
      : wrapped(view, `paused by ${paused.by} since ${paused.at}: `, paused.because, 'yellow')),
    ...(paused === null || paused.missed === null
      ? []
      : wrapped(view, 'missed: ', `${paused.missed}; a resume starts it now`, 'yellow')),
    ...(status.end === undefined ? [] : wrapped(view, 'end: ', status.end.says)),
    ...openHookLines(view, status),
    ...sharedLines(view, status.shared ?? []),
    ...heldLines(view, status),
    ...holdsLines(view, status.holds),
    ...(status.window === undefined ? [] : wrapped(view, 'window: ', status.window)),
    ...(status.blackouts ?? []).flatMap((blackout) => wrapped(view, '', blackout, 'yellow')),
    ...abortedLines(view, status),
    ...markedLines(view, status),
    ...status.failures.flatMap(({ because, since }) =>
      wrapped(view, `THE LEADER FAILS at this campaign since ${since}: `, because, 'red'),
    ),
  ];
}

/** `server LS-PUN: 10 of 10 slots across 3 campaigns, this one has 4 by priority 2`. */
function sharedLines(view: View, shared: readonly string[]): readonly string[] {
  const more = shared.length - namedAtMost;
  return [
    ...shared.slice(0, namedAtMost).flatMap((each) => wrapped(view, 'server ', each)),
    ...(more > 0 ? [safe(`and ${number(more)} more: servpack server limit list`)] : []),
  ];
}

/**
 * `20 of 100 clients finished (20 %): 18 upgraded, 2 failed, 80 cancelled`, with a bar on a
 * terminal that has room.
 */
function progressLines(view: View, status: CampaignStatus): readonly string[] {
  const { size, settled, states } = status;
  const finished = finishedIn(states);
  const unhealthy = status.health?.unhealthy ?? 0;
  const found = `${endsInWords(states, number)}${unhealthy === 0 ? '' : `; ${number(unhealthy)} of the upgraded ${unhealthy === 1 ? 'is' : 'are'} unhealthy`}`;
  const share = size === 0 ? 0 : Math.floor((finished * 100) / size);
  const progress = `${number(finished)} of ${many(size, 'client')} finished (${share} %)`;
  return [
    ...barOf(view, status),
    ...wrapped(view, settled === 0 ? progress : `${progress}: `, settled === 0 ? '' : found),
  ];
}

const barAtMost = 60;

/**
 * Clients that have the release, those that failed or need attention, those that were taken out,
 * and the rest: each has its own sign, because not every terminal has colours.
 */
function barOf(
  { isTerminal, width: columns, paint }: View,
  { size, states }: CampaignStatus,
): readonly string[] {
  const width = Math.min(barAtMost, columns);
  if (!isTerminal || size === 0) return [];
  const { upgraded, alreadyCurrent, skipped, excluded, cancelled } = states;
  let room = width;
  // Counters and sizes are read one after the other, so a share may be larger than the whole: it
  // is cut to the bar. A single client is seen, too.
  const cells = (clients: number): number => {
    const share = clients === 0 ? 0 : Math.max(1, Math.round((clients * width) / size));
    const taken = Math.min(room, share);
    room -= taken;
    return taken;
  };
  const bad = cells(notOk(states));
  const out = cells(skipped + excluded + cancelled);
  const current = cells(upgraded + alreadyCurrent);
  return [
    `${paint('green', '█'.repeat(current))}${paint('red', '▓'.repeat(bad))}${paint('dim', `${'▒'.repeat(out)}${'░'.repeat(room)}`)}`,
  ];
}

function troubleLines(
  view: View,
  { deferrals, learnedLooks = 0, relocations, willBlockAgain, causes }: CampaignStatus,
): readonly string[] {
  const listed = (pick: 'now' | 'inAll'): string =>
    deferrals
      .filter((each) => each[pick] > 0)
      .map((each) => `${number(each[pick])} ${waitWords[each.class]}`)
      .join(', ');
  const changes = [
    relocations.done > 0 && `${many(relocations.done, 'service')} relocated`,
    relocations.undone > 0 && `${many(relocations.undone, 'relocation')} undone`,
    willBlockAgain > 0 && `${many(willBlockAgain, 'client')} will be blocked again at the next release`,
  ].filter((part) => part !== false);
  const lines = [
    ...labelled(view, 'deferred now: ', listed('now')),
    ...labelled(
      view,
      'next look when usually free: ',
      learnedLooks === 0 ? '' : many(learnedLooks, 'client'),
    ),
    ...labelled(view, 'retries so far: ', listed('inAll')),
    ...labelled(view, '', changes.join(', ')),
    ...causes.flatMap(({ cause, count }) => wrapped(view, `${many(count, 'failure')}: `, cause, 'red')),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

const labelled = (view: View, head: string, text: string): readonly string[] =>
  text === '' ? [] : wrapped(view, head, text);
