import type { Changes } from '../../../shared/store/change-store.ts';
import type { Position } from './position.ts';

/** What has changed since the readers were sent something. */
export interface Gathered {
  readonly to: Position;
  readonly campaigns: ReadonlySet<string>;
  /** Any campaign may have changed. */
  readonly isEverything: boolean;
  readonly counts: ReadonlyMap<string, number>;
  /** False = there are further entries, which are not counted. */
  readonly isWhole: boolean;
  /** The connection to Redis broke meanwhile: entries may be lost. */
  readonly isBroken: boolean;
}

/** Gathers what the shards say, until it is taken. */
export class ChangeWindow {
  readonly #newest: (string | undefined)[];
  #campaigns = new Set<string>();
  #isEverything = false;
  #counts = new Map<string, number>();
  #isWhole = true;
  #isBroken = false;
  #isLeftOut = false;

  constructor(shards: number) {
    this.#newest = Array.from({ length: shards }, () => undefined);
  }

  /** Where all shards stand; null before each of them has answered. */
  get newest(): Position | null {
    const known = this.#newest.flatMap((id) => id ?? []);
    return known.length === this.#newest.length ? known : null;
  }

  get isNews(): boolean {
    return this.#isEverything || this.#isBroken || this.#campaigns.size > 0 || this.#counts.size > 0;
  }

  /** Notes only where the shard stands: there is no reader. */
  pass(shard: number, { newest }: Changes): void {
    this.#newest[shard] = newest;
  }

  /** @param isFirst the first answer of the shard, or the first one after a break */
  note(shard: number, found: Changes, isFirst: boolean): void {
    if (isFirst && this.#newest[shard] !== undefined) {
      this.#isBroken = true;
      this.#isEverything = true;
    }
    this.#newest[shard] = found.newest;
    for (const { campaign } of found.changes) this.noteCampaign(campaign);
    for (const [campaign, count] of found.entries)
      this.#counts.set(campaign, (this.#counts.get(campaign) ?? 0) + count);
    if (found.isWhole) return;
    this.#isWhole = false;
    this.#isLeftOut = true;
  }

  /** Whether changes were left out since the last time: any campaign may have changed. */
  takeLeftOut(): boolean {
    const isLeftOut = this.#isLeftOut;
    this.#isLeftOut = false;
    return isLeftOut;
  }

  /** A campaign is to be read again; '' = every campaign. */
  noteCampaign(campaign: string): void {
    if (campaign === '') this.#isEverything = true;
    else this.#campaigns.add(campaign);
  }

  /** Readers were not sent what was taken: nothing of it is known as counted. */
  putBack({ campaigns, isEverything }: Pick<Gathered, 'campaigns' | 'isEverything'>): void {
    this.#isBroken = true;
    if (isEverything) this.#isEverything = true;
    for (const campaign of campaigns) this.#campaigns.add(campaign);
  }

  /** Null before each shard has answered. */
  take(): Gathered | null {
    const to = this.newest;
    if (to === null) return null;
    const taken = {
      to,
      campaigns: this.#campaigns,
      isEverything: this.#isEverything,
      counts: this.#counts,
      isWhole: this.#isWhole,
      isBroken: this.#isBroken,
    };
    this.#campaigns = new Set();
    this.#isEverything = false;
    this.#counts = new Map();
    this.#isWhole = true;
    this.#isBroken = false;
    return taken;
  }
}
