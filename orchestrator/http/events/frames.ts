import type { OrchestratorContext } from '../../context.ts';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import type { EventEntries, EventEntry, EventReset } from '../schemas/events.ts';
import type { ShardEntry } from './missed.ts';
import { type Position, textOfPosition, withEntry } from './position.ts';
import { keyOf, type Topics, wantsEntries, wantsHead } from './topics.ts';

/** The state of a campaign as it goes to readers. */
export interface Head {
  readonly campaign: string;
  /** Only readers with this reach get it: its numbers are of what they may see. */
  readonly reach: string;
  /** `EventHead` as JSON; null = the campaign is no longer there. */
  readonly data: string | null;
  /** `EventApproval` as JSON where its questions have changed; else null. */
  readonly asks: string | null;
}

/** What is sent between two positions. */
export interface EventBatch {
  readonly from: Position;
  readonly to: Position;
  /** By time; null = they are only counted. */
  readonly entries: readonly ShardEntry[] | null;
  /** How many entries name each campaign; `isWhole`: and no further ones. */
  readonly counts: ReadonlyMap<string, number>;
  readonly isWhole: boolean;
  readonly heads: readonly Head[];
}

/** What a reader wants and may see. */
export interface Audience {
  readonly topics: Topics;
  /** Readers with the same text may see the same campaigns. */
  readonly reach: string;
  /** The records as the reader may see them. */
  readonly seen: OrchestratorContext;
  sees(campaign: string): boolean;
}

/** Two audiences with the same key get the same bytes. */
export const audienceKey = ({ topics, reach }: Audience): string => `${keyOf(topics)} ${reach}`;

/** More entries than this at once are one event that counts them. */
const entriesAtMost = 20;

/** One event. JSON has no line ends, so that it is one line of data. */
const frame = (event: string, id: string, data: string): string =>
  `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;

/** A comment that proves that the stream lives, with the position reached; no event by itself. */
export const beatFrame = (position: Position): string => `: beat\nid: ${textOfPosition(position)}\n\n`;

/** Says to the reader that events are missing: it has to read everything again. */
export const resetFrame = (position: Position, says: EventReset): string =>
  frame('reset', textOfPosition(position), JSON.stringify(says));

/**
 * The bytes for one audience: first the entries, then the heads, because the id of a head says that
 * all entries before it are known.
 */
export function framesOf(batch: EventBatch, audience: Audience): string {
  const { topics } = audience;
  const id = textOfPosition(batch.to);
  const heads = batch.heads
    .filter(({ campaign, reach }) => reach === audience.reach && audience.sees(campaign))
    .map(({ campaign, data, asks }) => {
      const isWanted = wantsHead(topics, campaign);
      if (data === null)
        return isWanted
          ? frame('reset', id, JSON.stringify({ because: 'it is no longer there', campaign }))
          : '';
      const head = isWanted ? frame('head', id, data) : '';
      return asks !== null && wantsEntries(topics, campaign) ? `${head}${frame('approval', id, asks)}` : head;
    });
  return `${entryFrames(batch, audience)}${heads.join('')}id: ${id}\n\n`;
}

function entryFrames({ from, to, entries, counts, isWhole }: EventBatch, audience: Audience): string {
  const { topics } = audience;
  if (!topics.feed && topics.campaigns.size === 0) return '';
  const isWanted = (campaign: string): boolean => wantsEntries(topics, campaign) && audience.sees(campaign);
  const count = [...counts].reduce((sum, [campaign, of]) => sum + (isWanted(campaign) ? of : 0), 0);
  if (count === 0 && isWhole) return '';
  if (entries === null || !isWhole || count > entriesAtMost) {
    const range = { from: textOfPosition(from), to: textOfPosition(to) };
    const says: EventEntries = { ...range, count, countIs: isWhole ? 'exact' : 'atLeast' };
    return frame('entries', range.to, JSON.stringify(says));
  }
  let position = from;
  return entries
    .map((entry) => {
      position = withEntry(position, entry.shard, entry.id);
      return isWanted(entry.campaign)
        ? frame('entry', textOfPosition(position), JSON.stringify(entryOf(entry)))
        : '';
    })
    .join('');
}

const entryOf = ({ at, beside: _beside, ...entry }: ShardEntry): EventEntry => ({ ...entry, at: isoOf(at) });
