import type { Approval, Doctor, Status } from './answers.ts';
import type { Filter } from './client-list.ts';
import { isCampaignOver } from '../../../shared/domain/campaign/campaign.ts';
import { texts } from './texts.ts';
import { marksOf, willInstallWords } from '../../views/marks.ts';
import { releaseCommand } from '../../views/release-command.ts';
import { notOk } from '../../../shared/domain/outcome/states.ts';

/** Something that goes on only when a person acts. */
export interface Attention {
  readonly key: string;
  readonly tone: 'bad' | 'warn';
  readonly title: string;
  readonly why: string;
  /** Since when, where that is known. ISO 8601. */
  readonly since: string | null;
  /** How many clients it holds up: the list is sorted by it. */
  readonly clients: number;
  readonly campaign: string | null;
  /** The filter of these clients; null = they are in several campaigns. */
  readonly filter: Filter | null;
  /** What solves it. */
  readonly act:
    | { readonly kind: 'resume' | 'retry' | 'unmark'; readonly status: Status }
    | { readonly kind: 'answer'; readonly approval: Approval }
    | { readonly kind: 'command'; readonly command: string }
    | null;
}

const left = ({ size, settled }: Status): number => Math.max(0, size - settled);

/**
 * What needs a person, worst first: what holds up everything, then by the clients held up. The halt
 * is not in it: a banner says so on every screen.
 */
export function attentionOf(
  campaigns: readonly Status[],
  approvals: readonly Approval[],
  checks: Doctor['checks'],
): readonly Attention[] {
  const found = [
    ...campaigns.flatMap(ofCampaign),
    ...approvals.map((approval): Attention => ofApproval(approval, campaigns)),
  ].toSorted((a, b) => b.clients - a.clients);
  return [...processes(campaigns), ...found, ...checks.flatMap(ofCheck)];
}

/** One process keeps all campaigns waiting: it is said once. */
function processes(campaigns: readonly Status[]): readonly Attention[] {
  return (['leader', 'worker'] as const).flatMap((process): readonly Attention[] => {
    const hit = campaigns.filter(({ missing = [] }) => missing.some((each) => each.process === process));
    const [first] = hit.flatMap(({ missing = [] }) => missing.filter((each) => each.process === process));
    if (first === undefined) return [];
    const clients = hit.reduce((sum, each) => sum + left(each), 0);
    const command = process === 'worker' ? 'servpack worker' : 'servpack orchestrator';
    return [
      {
        key: `missing ${process}`,
        tone: 'bad',
        title: texts.attention.missing[process],
        why: first.says,
        since: first.since,
        clients,
        campaign: null,
        filter: null,
        act: { kind: 'command', command },
      },
    ];
  });
}

function ofCampaign(status: Status): readonly Attention[] {
  const { campaign, paused, withdrawn, failures, notStaged, states, holds } = status;
  const isOver = isCampaignOver(status);
  const base = { campaign, since: null, clients: left(status), filter: { state: 'unfinished' } };
  const found: Attention[] = [];
  for (const { because, since } of failures)
    found.push({
      ...base,
      key: `fails ${campaign} ${because}`,
      tone: 'bad',
      title: texts.attention.fails(campaign),
      why: because,
      since,
      act: null,
    });
  if (withdrawn !== null && !isOver)
    found.push({
      ...base,
      key: `withdrawn ${campaign}`,
      tone: 'bad',
      title: texts.attention.withdrawn(campaign),
      why: texts.attention.withdrawnBy(withdrawn.by, withdrawn.because),
      since: withdrawn.at,
      act: null,
    });
  if (paused !== null)
    found.push({
      ...base,
      key: `paused ${campaign}`,
      tone: paused.byGate ? 'bad' : 'warn',
      title: texts.attention.paused(paused.byGate ? null : paused.by, campaign),
      why: paused.because,
      since: paused.at,
      act: { kind: 'resume', status },
    });
  for (const { logonServer, filesOk, filesInAll, waiting, because } of isOver ? [] : notStaged.slice(0, 5))
    found.push({
      ...base,
      key: `copy ${campaign} ${logonServer}`,
      tone: 'warn',
      title: texts.attention.copy(logonServer, filesOk, filesInAll),
      why: because,
      clients: waiting,
      filter: { state: 'waiting', server: logonServer },
      act: { kind: 'command', command: `servpack release servers ${status.release}` },
    });
  for (const { logonServer, by, because, at, clients } of isOver ? [] : holds)
    found.push({
      ...base,
      key: `held ${campaign} ${logonServer}`,
      tone: 'warn',
      title: texts.attention.held(logonServer, by, campaign),
      why: because,
      since: at,
      clients,
      filter: { state: 'unfinished', server: logonServer },
      act: { kind: 'command', command: releaseCommand(campaign, [logonServer]) },
    });
  const marks = marksOf(status);
  if (isOver && marks !== null)
    found.push({
      ...base,
      key: `marked ${campaign}`,
      tone: 'warn',
      title: texts.attention.marked(campaign),
      why: willInstallWords(marks, status.release),
      clients: marks.inAll,
      // The list has finished clients only.
      filter: marks.later === 0 ? { marked: 'true' } : null,
      act: marks.now === 0 ? null : { kind: 'unmark', status },
    });
  const bad = notOk(states);
  if (status.status === 'ended' && bad > 0)
    found.push({
      ...base,
      key: `attention ${campaign}`,
      tone: 'warn',
      title: texts.attention.endedWithout(campaign),
      why: status.causes
        .slice(0, 3)
        .map(({ cause, count }) => texts.attention.cause(count, cause))
        .join(', '),
      clients: bad,
      filter: { state: 'notOk' },
      act: { kind: 'retry', status },
    });
  return found;
}

function ofApproval(approval: Approval, campaigns: readonly Status[]): Attention {
  const { id, campaign, release, command, text, since, client } = approval;
  const status = campaigns.find((each) => each.campaign === campaign);
  const wave = status?.waves.find((each) => id === `${campaign}/wave/${each.wave}`);
  return {
    key: `approval ${id}`,
    tone: 'warn',
    title:
      command !== undefined
        ? texts.attention.asks(command, release ?? campaign)
        : wave === undefined
          ? texts.attention.question(campaign)
          : texts.attention.wave(wave.wave, campaign),
    // Who asks for a command, and why, is its last line.
    why: [text[0], ...(command === undefined ? [] : text.slice(-1))].join(' '),
    since,
    clients: wave?.size ?? (client === null ? 0 : 1),
    campaign: release === undefined ? campaign : null,
    filter: wave === undefined ? { prefix: client ?? '' } : { wave: wave.wave },
    act: { kind: 'answer', approval },
  };
}

function ofCheck({ area, state, says, leadsTo, todo }: Doctor['checks'][number]): readonly Attention[] {
  if (state === 'ok' || area === 'campaigns') return [];
  return [
    {
      key: `check ${area} ${says}`,
      tone: state === 'broken' ? 'bad' : 'warn',
      title: says,
      why: leadsTo ?? '',
      since: null,
      clients: 0,
      campaign: null,
      filter: null,
      act: todo === null ? null : { kind: 'command', command: todo },
    },
  ];
}
