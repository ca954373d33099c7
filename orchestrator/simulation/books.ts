import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Budgets, Client } from '../../shared/domain/campaign/definition.ts';
import type { StartsIn } from '../../shared/domain/campaign/speed.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Fact } from '../../shared/domain/outcome/facts.ts';
import type { BegunRemediation } from '../../shared/domain/rules/remediation-limits.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { InboxEvent } from '../../shared/domain/upgrade/inbox.ts';
import { isFinishing, type Place, queueOf } from '../../shared/domain/upgrade/placement.ts';
import { newUpgrade, type Upgrade } from '../../shared/domain/upgrade/state.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import { inboxLimit } from '../../shared/store/types.ts';
import { isClosed, isFull, mayDrive, type Standing } from '../domain/store-checks.ts';
import { Counts } from './counts.ts';
import { FactLog } from './fact-log.ts';
import { Parked } from './parked.ts';
import { newRow, type Row } from './row.ts';
import { RestartLine } from './restart-line.ts';
import { Slots } from './slots.ts';
import { Waiting, type WaitingClient } from './waiting.ts';

/** What follows from a change of the books. */
export interface BookEvents {
  /** The upgrade is due at `row.dueAt` under another activation. */
  due(row: Row): void;
  /** A slot is free that nobody took: the leader may admit somebody. */
  slotFree(): void;
}

/** As in `pass-slot-on.lua`. */
const othersAtMost = 8;

/**
 * The records of a simulated campaign, kept as the store keeps them: each upgrade in one index,
 * slots in use, and counters that change with the records.
 */
export class Books implements Standing {
  campaign: Campaign;
  readonly rows = new Map<string, Row>();
  readonly counts = new Counts();
  readonly slots = new Slots();
  readonly parked = new Parked();
  readonly waiting: Waiting;
  /** Null where the campaign has no stop rules. */
  readonly facts: FactLog | null;
  /** Grows with every fact. */
  factChanges = 0;
  begun: readonly BegunRemediation[] = [];
  readonly restarts = new RestartLine();
  starts: readonly StartsIn[] = [];
  readonly #events: BookEvents;

  constructor(campaign: Campaign, waves: readonly (readonly Client[])[], events: BookEvents) {
    this.campaign = campaign;
    this.#events = events;
    this.waiting = new Waiting(campaign.definition);
    this.facts = campaign.definition.stop === undefined ? null : new FactLog();
    waves.forEach((clients, wave) => {
      for (const client of clients) this.waiting.add(client, wave);
      this.counts.add(
        waitingCounters(clients.map(({ client, logonServer }) => ({ client, wave, logonServer }))),
      );
    });
  }

  get isRunning(): boolean {
    return this.campaign.state.status === 'running';
  }

  get budgets(): Budgets {
    return this.campaign.definition.budgets;
  }

  get slotsInUse(): number {
    return this.slots.all;
  }

  slotsAt(logonServer: string): number {
    return this.slots.at(logonServer);
  }

  count(name: string): number {
    return this.counts.of(name);
  }

  /** Takes the lease of a due upgrade, and its slots; false = it was parked. */
  begin(row: Row, at: number): boolean {
    const { logonServer } = row.upgrade;
    const recorded = { finishing: row.finishing, logonServer };
    if (!mayDrive(this, recorded, row.holdsSlots)) {
      if (row.holdsSlots) {
        this.slots.giveBack(logonServer);
        this.#events.slotFree();
      }
      this.#park(row, at);
      return false;
    }
    if (!row.holdsSlots) this.slots.take(logonServer);
    row.index = 'driven';
    row.holdsSlots = true;
    return true;
  }

  /** Writes the next state of a driven upgrade: record, counters, slots and index. */
  commit(row: Row, upgrade: Upgrade, place: Place, at: number): void {
    const before = row.upgrade.logonServer;
    this.#write(row, upgrade);
    const keeps = place.index === 'driven' || (place.index === 'due' && place.keepsSlots);
    if (!keeps || before !== upgrade.logonServer) this.slots.giveBack(before);
    if (keeps && before !== upgrade.logonServer) this.slots.take(upgrade.logonServer);
    row.holdsSlots = keeps;
    if (place.index === 'due') this.#makeDue(row, place.dueAt);
    else if (place.index === 'parked') this.#park(row, at);
    else row.index = place.index;
    if (!keeps && !this.#passSlotOn(before, at)) this.#events.slotFree();
  }

  /** Changes an upgrade that nobody drives. */
  commitIdle(row: Row, upgrade: Upgrade, at: number): void {
    const isSame = upgrade.state === row.upgrade.state;
    if (row.index === 'parked' && !isSame) this.parked.remove(row);
    const held = row.holdsSlots;
    const before = row.upgrade.logonServer;
    this.#write(row, upgrade);
    if (isSame) return;
    if (upgrade.state.phase !== 'settled') {
      this.#makeDue(row, at);
      return;
    }
    row.index = 'settled';
    row.holdsSlots = false;
    row.inbox = [];
    this.wake(this.restarts.leave(row.client.client), at);
    if (!held) return;
    this.slots.giveBack(before);
    if (!this.#passSlotOn(before, at)) this.#events.slotFree();
  }

  /** A message for an upgrade; one that rests is due at once. */
  deliver(row: Row, message: InboxEvent, at: number): void {
    const most = message.type === 'CheckedIn' ? inboxLimit : 2 * inboxLimit;
    const isFull = row.inbox.length >= most;
    if (!isFull) row.inbox = [...row.inbox, message];
    if (row.index === 'due' && row.dueAt > at && !isFull) this.#makeDue(row, at);
  }

  /** These upgrades rest until a later time, and are due at once. */
  wake(clients: readonly string[], at: number): void {
    for (const client of clients) {
      const row = this.rows.get(client);
      if (row?.index === 'due' && row.dueAt > at) this.#makeDue(row, at);
    }
  }

  admitWaiting(waiting: WaitingClient, at: number): Row {
    const { client, wave } = waiting;
    const upgrade = newUpgrade(client.client, wave, client.logonServer);
    this.waiting.take(waiting);
    const row = newRow(client, upgrade, at);
    this.rows.set(client.client, row);
    this.slots.take(client.logonServer);
    this.counts.add(waitingOut(wave, client.logonServer));
    this.counts.add(row.counted);
    this.#events.due(row);
    return row;
  }

  admitParked(row: Row, at: number): void {
    this.parked.remove(row);
    this.slots.take(row.upgrade.logonServer);
    row.holdsSlots = true;
    this.#makeDue(row, at);
  }

  addFacts(client: string, facts: readonly Fact[], at: number): void {
    if (this.facts === null || facts.length === 0) return;
    this.facts.add(client, facts, at);
    this.factChanges += 1;
  }

  /** Takes an upgrade over that stands somewhere already. */
  restore(row: Row): void {
    this.rows.set(row.client.client, row);
    this.counts.add(row.counted);
    if (row.holdsSlots) this.slots.take(row.upgrade.logonServer);
    if (row.index === 'parked') this.parked.add(row);
    else if (row.index !== 'settled') this.#makeDue(row, row.dueAt);
  }

  #write(row: Row, upgrade: Upgrade): void {
    const isSeen = this.#isSeen(row, upgrade);
    row.upgrade = upgrade;
    if (isSeen) this.#count(row);
    row.queue = queueOf(upgrade);
    row.finishing = isFinishing(upgrade);
  }

  /**
   * Does a decider read the counters that this change touches? Where an upgrade is on its way is
   * read by people alone: it is counted when somebody asks for all counters.
   */
  #isSeen(row: Row, { state, memory }: Upgrade): boolean {
    if (state.phase === 'settled' || row.upgrade.state.phase === 'settled') return true;
    return this.budgets.maxDownloads !== undefined || memory.history.approvals !== null;
  }

  #count(row: Row): void {
    const counted = countersOf(row.upgrade);
    this.counts.move(row.counted, counted);
    row.counted = counted;
  }

  /** Every counter, as the store keeps them. */
  allCounters(): Counters {
    for (const row of this.rows.values()) this.#count(row);
    return this.counts.all();
  }

  #makeDue(row: Row, dueAt: number): void {
    row.index = 'due';
    row.dueAt = dueAt;
    row.activation += 1;
    this.#events.due(row);
  }

  #park(row: Row, at: number): void {
    row.index = 'parked';
    row.holdsSlots = false;
    row.parkedAt = at;
    this.parked.add(row);
  }

  /** As `pass-slot-on.lua`: to the oldest parked upgrade of the same logon server, or another. */
  #passSlotOn(logonServer: string, at: number): boolean {
    if (this.parked.size === 0) return false;
    const line = this.isRunning ? 'all' : 'finishing';
    const wasFull = this.slots.all + 1 >= this.budgets.active;
    if (this.#admitParkedAt(logonServer, line, at)) return true;
    if (!wasFull) return false;
    const others = this.parked.servers(line, othersAtMost);
    return others.some((each) => this.#admitParkedAt(each, line, at));
  }

  #admitParkedAt(logonServer: string, line: 'all' | 'finishing', at: number): boolean {
    if (this.parked.oldest(logonServer, line) === null || isFull(this, logonServer)) return false;
    const which = line === 'all' && isClosed(this, logonServer, 0) ? 'finishing' : line;
    const row = this.parked.oldest(logonServer, which);
    if (row === null) return false;
    this.admitParked(row, at);
    return true;
  }
}

const waitingOut = (wave: number, logonServer: string): Record<string, number> => ({
  [`state|${wave}|${logonServer}|waiting`]: -1,
});
