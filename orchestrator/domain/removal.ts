import { markedIn, type Counters } from '../../shared/domain/outcome/counters.ts';
import {
  awaitingOf,
  type Campaign,
  type CampaignDecision,
  type CampaignEvent,
  type Removal,
} from '../../shared/domain/campaign/campaign.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { ignored, refused } from './decision.ts';
import { waveProgress } from './wave-progress.ts';

/** Whether a campaign may go: what never ran is deleted, what is over is archived. */

type EventOf<T extends CampaignEvent['type']> = Extract<CampaignEvent, { type: T }>;

const words: Readonly<Record<Removal['kind'], string>> = { delete: 'deleted', archive: 'archived' };

/** What a person hears who asks something else of a campaign that goes. */
export function duringRemoval(
  { definition }: Campaign,
  removal: Removal,
  event: CampaignEvent,
): CampaignDecision {
  const { campaign: name } = definition;
  const { kind, by } = removal;
  const because = `campaign ${name} is being ${words[kind]} by ${by}; end that first: servpack campaign ${kind} ${name}`;
  switch (event.type) {
    case 'StartTimeCame':
    case 'ReleaseStaged':
    case 'CountersRead':
    case 'Reopened':
    case 'HealthAsked':
    case 'HealthFound':
      return ignored(because);
    default:
      return refused(because);
  }
}

/** Begins a removal, or goes on with one that broke off. */
export function requestRemoval(
  campaign: Campaign,
  { kind, by, reason, counters }: EventOf<'RemovalRequested'>,
  now: number,
): CampaignDecision {
  const { removal } = campaign;
  if (removal !== undefined)
    return removal.kind === kind
      ? ignored(`campaign ${campaign.definition.campaign} is being ${words[kind]}`)
      : duringRemoval(campaign, removal, { type: 'RemovalUndone', because: '' });
  const not = kind === 'delete' ? whyNotDeleted(campaign) : whyNotArchived(campaign, counters);
  if (not !== null) return refused(not);
  return {
    kind: 'changed',
    campaign: { ...campaign, removal: { kind, by, because: reason, at: now } },
    because: reason,
  };
}

/** A campaign that never ran has no results to keep. */
function whyNotDeleted({ definition, state }: Campaign): string | null {
  const { campaign: name } = definition;
  if (state.status === 'created' || awaitingOf(state) !== null) return null;
  const isOver = state.status === 'ended' || (state.status === 'aborted' && state.endedAt !== null);
  const how = isOver ? `archive it: servpack campaign archive ${name}` : 'it can be archived when it is over';
  return `campaign ${name} has run and ${statusClause[state.status]}: what it did is not deleted; ${how}`;
}

function whyNotArchived({ definition, state, waveSizes }: Campaign, counters: Counters): string | null {
  const { campaign: name } = definition;
  if (state.status === 'created' || awaitingOf(state) !== null)
    return `campaign ${name} has never run: delete it: servpack campaign delete ${name}`;
  if (state.status !== 'ended' && state.status !== 'aborted')
    return `campaign ${name} ${statusClause[state.status]}: it is archived when it has ended or was aborted`;
  const progress = waveProgress(waveSizes, counters);
  const open = progress.reduce((sum, { size, settled, waiting }) => sum + size - settled - waiting, 0);
  const waiting = progress.reduce((sum, wave) => sum + wave.waiting, 0);
  const left = state.status === 'aborted' ? open : open + waiting;
  if (left > 0 || state.endedAt === null)
    return `campaign ${name}: ${many(left, 'client')} not finished yet; look again later: servpack campaign status ${name}`;
  const marked = markedIn(counters).settled;
  return marked === 0
    ? null
    : `campaign ${name}: ${many(marked, 'client')} still marked, which will install ${definition.release} at the next logon; take the marks back first: servpack campaign unmark ${name} --reason TEXT`;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? ' is' : 's are'}`;

/** The records of an archived campaign may go from now on. */
export const archiveWritten = (campaign: Campaign, { file }: EventOf<'ArchiveWritten'>): CampaignDecision =>
  campaign.removal?.kind === 'archive'
    ? {
        kind: 'changed',
        campaign: { ...campaign, removal: { ...campaign.removal, file } },
        because: `written to ${file}`,
      }
    : ignored('it is not being archived');

/** No record was removed yet: the campaign is as before. */
export function undoRemoval(campaign: Campaign, { because }: EventOf<'RemovalUndone'>): CampaignDecision {
  const { removal, ...kept } = campaign;
  return removal === undefined || removal.file !== undefined
    ? ignored('there is no removal that could be undone')
    : { kind: 'changed', campaign: kept, because };
}
