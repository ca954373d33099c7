import type { OrchestratorContext } from '../../context.ts';
import type { Audience, Head, EventBatch } from './frames.ts';
import { Heads } from './heads.ts';
import { byTime, entriesBetween, type Missed, type ShardEntry } from './missed.ts';
import type { Position } from './position.ts';
import { wantsEntries, wantsHead } from './topics.ts';
import type { Gathered } from './window.ts';

/** So many entries are read at most; where there are more they are only counted. */
const entriesAtMost = 200;
/** So many statuses are read for one sending. */
const headsAtMost = 50;
/** What time alone changes in a status is at most so old, in real milliseconds. */
const headAgeMs = 10_000;

/** What is sent now, and the campaigns that are left for the next time. */
export interface ReadBatch {
  /** Null = entries may be missing: readers have to read everything again. */
  readonly batch: EventBatch | null;
  readonly later: readonly string[];
}

/** Reads for the hub the entries and campaigns that its readers have asked for. */
export class BatchReader {
  readonly #context: OrchestratorContext;
  /** By what their readers may see. */
  readonly #heads = new Map<string, Heads>();

  constructor(context: OrchestratorContext) {
    this.#context = context;
  }

  /** What has changed since `from`, for all of these readers. */
  async next(from: Position, gathered: Gathered, audiences: readonly Audience[]): Promise<ReadBatch> {
    const counted = gathered.isBroken
      ? countedIn(await this.missed(from, gathered.to))
      : { ...gathered, entries: await this.#entries(from, gathered, audiences) };
    if (counted === null) return { batch: null, later: [] };
    const wanted = await this.#wanted(gathered, audiences);
    const heads = await this.#read(wanted.slice(0, headsAtMost));
    const { entries, counts, isWhole } = counted;
    return {
      batch: { from, to: gathered.to, entries, counts, isWhole, heads },
      later: [...new Set(wanted.slice(headsAtMost).map(({ name }) => name))],
    };
  }

  /** @returns null where the reader has to read everything again */
  async catchUp(
    from: Position,
    to: Position,
    audience: Audience,
    missed: Extract<Missed, { is: 'found' }>,
    changed: Iterable<string>,
  ): Promise<EventBatch | null> {
    const counted = countedIn(missed);
    if (counted === null) return null;
    const names = new Set([...counted.counts.keys(), ...changed]);
    const isEverything = names.delete('') || !counted.isWhole;
    if (isEverything) {
      const { topics, seen } = audience;
      for (const name of topics.heads ? await seen.store.campaignNames() : topics.campaigns) names.add(name);
    }
    const wanted = [...names].filter((name) => isWanted(audience, name));
    if (isEverything && wanted.length > headsAtMost) return null;
    const now = performance.now();
    const heads: Head[] = [];
    for (const name of wanted) heads.push(await this.#headsFor(audience).recent(name, now, headAgeMs));
    return { from, to, ...counted, heads };
  }

  /** The entries between two positions, and whether none is missing. */
  missed(from: Position, to: Position): Promise<Missed> {
    return entriesBetween(this.#context.store, from, to, entriesAtMost);
  }

  /** Campaigns with readers of their own whose status is older than a reader expects. */
  aged(audiences: readonly Audience[], now: number): readonly string[] {
    const aged = audiences.flatMap((audience) =>
      [...audience.topics.campaigns].filter((name) => this.#headsFor(audience).ageMs(name, now) >= headAgeMs),
    );
    return [...new Set(aged)];
  }

  forget(): void {
    this.#heads.clear();
  }

  #headsFor(audience: Audience): Heads {
    const heads = this.#heads.get(audience.reach) ?? new Heads(audience);
    this.#heads.set(audience.reach, heads);
    return heads;
  }

  /** Null where they are too many, or nobody wants them. */
  async #entries(
    from: Position,
    { to, counts, isWhole }: Gathered,
    audiences: readonly Audience[],
  ): Promise<readonly ShardEntry[] | null> {
    const count = [...counts.values()].reduce((sum, of) => sum + of, 0);
    const isAsked = [...counts.keys()].some((name) =>
      audiences.some(({ topics }) => wantsEntries(topics, name)),
    );
    if (count === 0) return [];
    if (!isWhole || !isAsked || count > entriesAtMost) return null;
    const pages = await Promise.all(
      from.map(async (after, shard) =>
        to[shard] === after ? [] : this.#ofShard(shard, after, to[shard] ?? after),
      ),
    );
    const entries = pages.flat();
    return entries.length === count ? byTime(entries) : null;
  }

  async #ofShard(shard: number, after: string, last: string): Promise<readonly ShardEntry[]> {
    const page = await this.#context.store.auditAfter(shard, after, entriesAtMost);
    const end = page.findIndex(({ id }) => id === last);
    return page.slice(0, end + 1).map((entry) => ({ ...entry, shard }));
  }

  /** Each campaign that somebody wants, once for all who may see the same. */
  async #wanted(
    { campaigns, isEverything }: Gathered,
    audiences: readonly Audience[],
  ): Promise<readonly WantedHead[]> {
    const groups = Map.groupBy(audiences, ({ reach }) => reach);
    for (const reach of this.#heads.keys()) if (!groups.has(reach)) this.#heads.delete(reach);
    const all = isEverything ? await this.#allNames(audiences) : [];
    const names = new Set([...campaigns, ...all]);
    return [...names].flatMap((name) =>
      [...groups.values()].flatMap((group) => {
        const audience = group.find((each) => isWanted(each, name));
        return audience === undefined ? [] : [{ name, audience }];
      }),
    );
  }

  async #allNames(audiences: readonly Audience[]): Promise<readonly string[]> {
    return audiences.some(({ topics }) => topics.heads || topics.feed)
      ? this.#context.store.campaignNames()
      : audiences.flatMap(({ topics }) => [...topics.campaigns]);
  }

  /** One after the other: what readers want holds up nothing else. */
  async #read(wanted: readonly WantedHead[]): Promise<readonly Head[]> {
    const heads: Head[] = [];
    for (const { name, audience } of wanted)
      heads.push(await this.#headsFor(audience).read(name, performance.now()));
    return heads;
  }
}

/** A status to read, for all readers that may see the same as this one. */
interface WantedHead {
  readonly name: string;
  readonly audience: Audience;
}

const isWanted = (audience: Audience, campaign: string): boolean =>
  audience.sees(campaign) &&
  (wantsHead(audience.topics, campaign) || wantsEntries(audience.topics, campaign));

function countedIn(missed: Missed): Pick<EventBatch, 'entries' | 'counts' | 'isWhole'> | null {
  if (missed.is !== 'found') return null;
  const counts = new Map<string, number>();
  for (const { campaign } of missed.entries) counts.set(campaign, (counts.get(campaign) ?? 0) + 1);
  return { entries: missed.entries, counts, isWhole: missed.isWhole };
}
