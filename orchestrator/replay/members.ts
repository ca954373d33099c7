import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { leftTo, waitsTo } from '../../shared/store/member-changes.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { History, HistoryItem, Member } from './history.ts';

/** Where a client waits, and where in the history that is said. */
interface Place {
  readonly index: number;
  readonly member: Member;
}

/** A client joins a campaign, leaves it, or waits in another wave. It has no record yet. */
export const isMembership = ({ version, to }: KeptEntry): boolean =>
  version === null && (to === waitsTo || to === leftTo);

/** The members of a campaign while its history is followed. */
export class Members {
  readonly #now = new Map<string, Member>();
  readonly #places: ReadonlyMap<string, readonly Place[]>;
  readonly #last: ReadonlyMap<string, Member>;

  constructor({ items, members }: History) {
    this.#places = placesIn(items);
    this.#last = new Map(members.map((member) => [member.client, member]));
  }

  of(client: string): Member {
    return this.#now.get(client) ?? this.#last.get(client) ?? { client, wave: 0, logonServer: '' };
  }

  /** @returns where the client stood before; undefined = it was no member */
  put(member: Member): Member | undefined {
    const before = this.#now.get(member.client);
    this.#now.set(member.client, member);
    return before;
  }

  /** @returns where the client stood before; undefined = it was no member */
  remove(client: string): Member | undefined {
    const before = this.#now.get(client);
    this.#now.delete(client);
    return before;
  }

  /** Where a client waits after an entry of this place: what the history says next of it. */
  after(client: string, index: number): Member | undefined {
    return this.#places.get(client)?.find((each) => each.index > index)?.member ?? this.#last.get(client);
  }

  sizes({ waves }: CampaignDefinition): readonly number[] {
    const sizes = waves.map(() => 0);
    for (const { wave } of this.#now.values()) sizes[wave] = (sizes[wave] ?? 0) + 1;
    return sizes;
  }
}

/** The members before the first entry: those of now, without those that joined later. */
export function firstMembers({ items, members }: History): readonly Member[] {
  // The files say who was picked at the creation.
  if (items.some((item) => item.kind === 'members')) return [];
  const joined = new Set(
    items.flatMap((item) =>
      item.kind === 'entry' && item.entry.from === leftTo && item.entry.client !== null
        ? [item.entry.client]
        : [],
    ),
  );
  return members.filter(({ client }) => !joined.has(client));
}

function placesIn(items: readonly HistoryItem[]): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  items.forEach((item, index) => {
    if (item.kind !== 'members') return;
    for (const member of item.members) {
      const own = places.get(member.client) ?? [];
      places.set(member.client, own);
      own.push({ index, member });
    }
  });
  return places;
}
