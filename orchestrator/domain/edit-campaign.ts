import { counted } from './counted.ts';
import { awaitingOf, type Campaign, type CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition, Wave } from '../../shared/domain/campaign/definition.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { isSame } from './value-differences.ts';

/** What of a campaign file cannot be changed: the key, what it is now, and why it stays. */
export interface FixedKey {
  readonly path: readonly (string | number)[];
  readonly wrong: string;
  readonly expected: string;
}

/** Whether nothing has begun: everything but the name of the campaign may be changed. */
export const hasNotBegun = ({ state }: Campaign): boolean =>
  state.status === 'created' || awaitingOf(state) !== null;

/** Why a campaign cannot be edited at all; null = it can. */
export function whyNoEdit({ definition, state, removal }: Campaign): string | null {
  const { campaign } = definition;
  if (removal !== undefined) return `campaign ${campaign} is being removed by ${removal.by}`;
  if (state.status === 'ended' || state.status === 'aborted')
    return `campaign ${campaign} ${statusClause[state.status]}: nothing of it can be changed; make another one of it: servpack campaign clone ${campaign} --as NEW`;
  return null;
}

/**
 * The keys of the new definition that cannot be changed as the campaign stands now.
 * @param done by wave: clients on which something was done, or that a person has skipped
 */
export function fixedKeys(
  campaign: Campaign,
  next: CampaignDefinition,
  done: readonly number[],
): readonly FixedKey[] {
  const { definition, state } = campaign;
  if (next.campaign !== definition.campaign)
    return [
      {
        path: ['campaign'],
        wrong: `is ${next.campaign}`,
        expected: `${definition.campaign}, because a campaign keeps its name`,
      },
    ];
  if (hasNotBegun(campaign)) return fixedStart(state, definition, next);
  return [...begunKeys(definition, next), ...fixedWaves(campaign, next, done)];
}

/** A campaign that was started by hand waits for a moment, which an edit can move. */
function fixedStart(
  state: CampaignState,
  before: CampaignDefinition,
  next: CampaignDefinition,
): readonly FixedKey[] {
  if (awaitingOf(state) === null) return [];
  const restart = 'unless the start is taken back first: servpack campaign unschedule';
  const isMoved = next.startAt !== before.startAt;
  if (isMoved && (state.status !== 'scheduled' || next.startAt === null))
    return [
      {
        path: ['startAt'],
        wrong: startWords(next.startAt),
        expected: `${startWords(before.startAt).replace('is ', '')}, ${restart} ${before.campaign}`,
      },
    ];
  return next.start === before.start
    ? []
    : [{ path: ['on'], wrong: 'is another condition', expected: `the condition that it has, ${restart}` }];
}

const startWords = (startAt: number | null): string =>
  startAt === null ? 'is missing' : `is ${isoOf(startAt)}`;

/** Clients come and go with the selection, also in a campaign that has begun. */
const joins = ({ membership }: CampaignDefinition): boolean => membership === 'joins';

const begun = 'because the campaign has begun';

/** The keys of a definition by which its clients were chosen and started. */
function begunKeys(before: CampaignDefinition, next: CampaignDefinition): readonly FixedKey[] {
  const keys = [
    ['release', before.release],
    ['on', null],
    ['startAt', before.startAt === null ? null : isoOf(before.startAt)],
    ['seed', before.seed],
    ['select', null],
  ] as const;
  return keys.flatMap(([key, value]): FixedKey[] => {
    const of = key === 'on' ? 'start' : key;
    if (isSame(before[of], next[of]) || (key === 'select' && joins(before) && joins(next))) return [];
    return [
      {
        path: [key],
        wrong: 'is another one than before',
        expected: `${value ?? 'what it was'}, ${begun}`,
      },
    ];
  });
}

/** Waves that are open stay where they are, with their name and their clients. */
function fixedWaves(
  { definition, state }: Campaign,
  next: CampaignDefinition,
  done: readonly number[],
): readonly FixedKey[] {
  const open = 'openWaves' in state ? state.openWaves : 0;
  const opened = definition.waves.slice(0, open).flatMap((wave, at) => fixedWave(wave, next.waves[at], at));
  const last = done.findLastIndex((clients) => clients > 0);
  if (opened.length > 0 || last < next.waves.length) return opened;
  return [
    {
      path: ['waves'],
      wrong: `has ${counted(next.waves.length, 'wave')}`,
      expected: `at least ${last + 1}, because a client of the wave with this number was skipped or worked on`,
    },
  ];
}

function fixedWave(wave: Wave, next: Wave | undefined, at: number): readonly FixedKey[] {
  if (next?.name === wave.name && isSame(next.size, wave.size)) return [];
  const wrong =
    next === undefined
      ? 'is missing'
      : next.name === wave.name
        ? 'has another size than before'
        : `is wave ${next.name}`;
  return [
    { path: ['waves', at], wrong, expected: `wave ${wave.name} as it was, because it has been opened` },
  ];
}

/**
 * The campaign with its next definition. Waves that are not open yet may have become more or fewer;
 * the sizes follow when the clients have moved.
 */
export function withDefinition(campaign: Campaign, definition: CampaignDefinition): Campaign {
  const { state, waveSizes, edition = 0 } = campaign;
  const { startAt } = definition;
  const isMoved = startAt !== null && startAt !== campaign.definition.startAt;
  return {
    ...campaign,
    definition,
    edition: edition + 1,
    movingTo: edition + 1,
    waveSizes: definition.waves.map((_, wave) => waveSizes[wave] ?? 0),
    state: state.status === 'scheduled' && isMoved ? { ...state, startAt } : state,
  };
}
