import type { WaitingClient } from '../../../shared/store/types.ts';
import type { LeftLine, PicksLine } from '../format/attachment-lines.ts';
import { type Dated, keepNewest } from './dated.ts';

/** The clients of every campaign, by campaign and life; null = the client has left the campaign. */
export type Picks = Map<string, Map<string, Dated<WaitingClient | null>>>;

/**
 * Names hold no dot: `sp4.1.pc-7` is a client of the second campaign of this name.
 */
export const lifeId = (campaign: string, life: number, client?: string): string =>
  client === undefined ? `${campaign}.${life}` : `${campaign}.${life}.${client}`;

export function addPicks(all: Picks, line: PicksLine, until: string): void {
  const own = picksOf(all, lifeId(line.picks, line.life ?? 0));
  const { wave, logonServer } = line;
  for (const client of line.clients) keepNewest(own, client, { client, wave, logonServer }, until);
}

export function removePicks(all: Picks, line: LeftLine, until: string): void {
  const own = picksOf(all, lifeId(line.left, line.life ?? 0));
  for (const client of line.clients) keepNewest(own, client, null, until);
}

function picksOf(all: Picks, id: string): Map<string, Dated<WaitingClient | null>> {
  const own = all.get(id) ?? new Map<string, Dated<WaitingClient | null>>();
  all.set(id, own);
  return own;
}

/** The clients of one campaign that have not left it. */
export function presentPicks(all: Picks, campaign: string, life: number): ReadonlyMap<string, WaitingClient> {
  const found = [...(all.get(lifeId(campaign, life)) ?? [])];
  return new Map(found.flatMap(([client, { value }]) => (value === null ? [] : [[client, value] as const])));
}
