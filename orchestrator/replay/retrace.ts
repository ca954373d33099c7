import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { editionIn, isEdit } from '../../shared/domain/campaign/edition.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import { stepTook } from '../../shared/domain/upgrade/fit.ts';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import { leftTo } from '../../shared/store/member-changes.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import { countsSince } from '../domain/stops.ts';
import { FactLog } from '../simulation/fact-log.ts';
import { ClassTimes } from '../simulation/class-times.ts';
import { Rulings } from '../simulation/rulings.ts';
import { Slots } from '../simulation/slots.ts';
import { MeasuredSteps } from '../simulation/step-times.ts';
import type { AdmittedClient, EndedClient, Opened } from './course.ts';
import { failureIn, isCertainlyDriven, opened, says, whyNothing, whyOtherwise } from './entry-words.ts';
import { followCampaign } from './follow-campaign.ts';
import { followClient, type Followed } from './follow-client.ts';
import { asCreated, clientIn, type History, type HistoryItem, lastEntries, type Member } from './history.ts';
import { firstMembers, isMembership, Members } from './members.ts';
import { Numbers } from './numbers.ts';
import type { CampaignStep, Follower, Retraced } from './steps.ts';
import { isSame, standsAt } from './stands-at.ts';
import { whyNotAdmitted } from './why-not-admitted.ts';

interface Row {
  upgrade: Upgrade;
  counted: Counters;
  /** The rules of the present activation; null = it rests. */
  rules: Rules | null;
  /** Of the newest entry. */
  version: number | null;
  how: Followed['how'];
  /** The logon server at which it certainly holds a slot; null = it may have none. */
  slotAt: string | null;
}

/** Makes all decisions of a campaign again, from its audit alone. */
export const retrace = (history: History, follower: Follower = {}): Retraced =>
  new Retrace(history, follower).run();

class Retrace {
  readonly #history: History;
  readonly #follower: Follower;
  readonly #rows = new Map<string, Row>();
  readonly #members: Members;
  readonly #numbers = new Numbers();
  readonly #slots = new Slots();
  readonly #facts: FactLog | null;
  readonly #steps = new MeasuredSteps();
  readonly #last: ReadonlyMap<string, KeptEntry>;
  readonly #openings: Opened[] = [];
  readonly #admissions: AdmittedClient[] = [];
  readonly #endings: EndedClient[] = [];
  readonly #differences: string[] = [];
  #campaign: Campaign;
  #version: number | null = null;
  #how: CampaignStep['how'] = 'taken';
  #rulings: Rulings;
  #classes: ClassTimes;
  #decided = 0;
  #taken = 0;

  constructor(history: History, follower: Follower) {
    this.#history = history;
    this.#follower = follower;
    const { campaign, created, sources } = history;
    this.#campaign = asCreated(history);
    this.#rulings = new Rulings(this.#campaign, sources, this.#steps);
    this.#classes = new ClassTimes(created);
    const isCounted = [created, ...history.editions.values()].some(({ stop }) => stop !== undefined);
    this.#facts = isCounted ? new FactLog() : null;
    this.#last = lastEntries(history.items);
    this.#members = new Members(history);
    for (const member of firstMembers(history)) this.#wait(member, campaign.createdAt);
  }

  run(): Retraced {
    for (const [index, item] of this.#history.items.entries()) this.#follow(item, index);
    for (const [client, record] of this.#history.records) this.#compare(client, record);
    const { state } = this.#campaign;
    return {
      course: {
        openings: this.#openings,
        admissions: this.#admissions,
        endings: this.#endings,
        endedAt: 'endedAt' in state ? state.endedAt : null,
      },
      differences: this.#differences,
      decided: this.#decided,
      taken: this.#taken,
      campaign: this.#campaign,
    };
  }

  #follow(item: HistoryItem, index: number): void {
    switch (item.kind) {
      case 'entry':
        if (item.entry.client === null) this.#campaignEntry(item.entry);
        else if (isMembership(item.entry)) this.#membership(item.entry, item.entry.client, index);
        else this.#clientEntry(item.entry, item.entry.client);
        return;
      case 'record': {
        const row = this.#rows.get(item.client);
        if (row === undefined || row.version !== item.version) return;
        this.#compare(item.client, item.upgrade);
        this.#write(row, item.upgrade, 0);
        return;
      }
      case 'campaign':
        return this.#wholeCampaign(item.version, item.whole);
      case 'members':
        for (const member of item.members) this.#wait(member, 0);
    }
  }

  #campaignEntry(entry: KeptEntry): void {
    const before = this.#campaign;
    if (entry.from === '' || entry.to === 'archived' || entry.to === 'deleted') return;
    this.#version = entry.version;
    const edition = editionIn(entry.to);
    if (edition !== null) return isEdit(entry) ? this.#edit(entry, edition) : undefined;
    if (entry.version === null) return;
    const { stop } = before.definition;
    const begun = 'startedAt' in before.state ? before.state : {};
    const log = this.#facts;
    const facts =
      log === null ? undefined : stop?.map((rule) => log.since(countsSince(rule, begun, entry.at)));
    const sized = { ...before, waveSizes: this.#members.sizes(before.definition) };
    const { campaign, how, event } = followCampaign(sized, entry, this.#numbers.before(entry.at, facts));
    if (how === 'taken') {
      this.#taken += 1;
      if (says(entry)) this.#differences.push(whyNothing(entry));
    } else this.#decided += 1;
    for (let wave = opened(before); wave < opened(campaign); wave += 1)
      this.#openings.push({ at: entry.at, wave, because: entry.because });
    this.#become({ entry, before, after: campaign, how, ...(event === undefined ? {} : { event }) });
  }

  #edit(entry: KeptEntry, edition: number): void {
    const before = this.#campaign;
    const definition = this.#history.editions.get(edition) ?? before.definition;
    this.#become({ entry, before, after: { ...before, definition, edition }, how: 'edited' });
  }

  #become(step: CampaignStep): void {
    const { after, how } = step;
    this.#campaign = after;
    this.#how = how;
    if (how === 'edited') this.#classes = new ClassTimes(after.definition);
    this.#rulings.read(after);
    this.#follower.campaign?.(step);
  }

  /** The campaign as it stood after an entry: what people asked may say more than its words. */
  #wholeCampaign(version: number, whole: Campaign): void {
    if (this.#version !== version) return;
    const { state } = this.#campaign;
    if (this.#how === 'decided' && whole.removal === undefined && !isSame(state, whole.state))
      this.#differences.push(whyOtherwise(whole, state));
    // The leader has decided nothing while clients were changing.
    const { memberChange: _change, movingTo: _moving, ...settled } = whole;
    this.#campaign = settled;
    this.#rulings.read(settled);
  }

  #clientEntry(entry: KeptEntry, client: string): void {
    const row = this.#rows.get(client);
    if (entry.version === null) return;
    const member = this.#members.of(client);
    const { followed, rules } = this.#followed(entry, member, row);
    if (row === undefined && entry.to === 'looking') this.#admit(entry, member);
    if (followed.how === 'taken') this.#taken += 1;
    else this.#decided += 1;
    const { upgrade: after, how } = followed;
    const before = row?.upgrade ?? null;
    this.#note(client, before, followed, rules, entry.at);
    if (row === undefined) this.#begin(client, after, entry, rules, how);
    else {
      this.#write(row, after, entry.at);
      row.version = entry.version;
      row.how = how;
      row.rules = placementOf(after).kind === 'drive' ? rules : null;
      this.#hold(row);
    }
    if (after.state.phase === 'settled' && before?.state.phase !== 'settled') {
      const { end, cause } = after.state;
      this.#endings.push({ at: entry.at, client, wave: after.wave, end, cause });
    }
    const event = followed.event === undefined ? {} : { event: followed.event };
    this.#follower.client?.({ entry, client, before, after, how, rules, ...event });
  }

  /** What began under one edition goes on by its rules; then the present rules are read. */
  #followed(entry: KeptEntry, member: Member, row: Row | undefined) {
    const { evidence, sources, records } = this.#history;
    const present = this.#rulings.of(this.#clientOf(member));
    const isLast = this.#last.get(member.client) === entry;
    const question = {
      campaign: this.#campaign,
      member,
      before: row?.upgrade ?? null,
      facts: {
        entry,
        text: entry.evidence === null ? null : (evidence.get(entry.evidence) ?? null),
        profile: sources.profile,
      },
      record: isLast ? (records.get(member.client) ?? null) : null,
    };
    const rules = row?.rules ?? present;
    const followed = followClient({ ...question, rules });
    if (followed.how === 'decided' || rules === present) return { followed, rules };
    const again = followClient({ ...question, rules: present });
    return again.how === 'decided' ? { followed: again, rules: present } : { followed, rules };
  }

  #admit(entry: KeptEntry, member: Member): void {
    const [{ at }, { client }] = [entry, member];
    this.#admissions.push({ at, client, wave: member.wave });
    const now = { slots: this.#slots, classes: this.#classes, at };
    const why = whyNotAdmitted(this.#campaign, this.#clientOf(member), member, now);
    if (why !== null) this.#differences.push(`nothing admits ${client} at ${isoOf(at)}: ${why}`);
  }

  #begin(client: string, upgrade: Upgrade, entry: KeptEntry, rules: Rules, how: Followed['how']): void {
    const counted = countersOf(upgrade);
    this.#numbers.move(waitingCounters([this.#members.of(client)]), counted, entry.at);
    const isDriven = placementOf(upgrade).kind === 'drive';
    const { version } = entry;
    const row: Row = { upgrade, counted, rules: isDriven ? rules : null, version, how, slotAt: null };
    this.#rows.set(client, row);
    this.#hold(row);
  }

  #write(row: Row, upgrade: Upgrade, at: number): void {
    const counted = countersOf(upgrade);
    this.#numbers.move(row.counted, counted, at);
    row.upgrade = upgrade;
    row.counted = counted;
  }

  /** Notes the slot that a driver certainly holds. */
  #hold(row: Row): void {
    if (row.slotAt !== null) this.#slots.giveBack(row.slotAt);
    const isSure = row.how === 'decided' && isCertainlyDriven(row.upgrade);
    row.slotAt = isSure ? row.upgrade.logonServer : null;
    if (row.slotAt !== null) this.#slots.take(row.slotAt);
  }

  #note(
    client: string,
    before: Upgrade | null,
    { upgrade, event }: Followed,
    rules: Rules,
    at: number,
  ): void {
    if (before === null) return;
    this.#facts?.add(client, factsOf(before, upgrade, failureIn(event)), at);
    if (rules.fit === undefined) return;
    const took = stepTook(before, upgrade, at);
    if (took !== null) this.#steps.note(took.step, took.ms);
  }

  /** A record says the same as the decider, but for moments that a slow commit may move. */
  #compare(client: string, record: Upgrade): void {
    const row = this.#rows.get(client);
    if (row === undefined || row.how === 'taken' || standsAt(record) === standsAt(row.upgrade)) return;
    this.#differences.push(
      `${client}: its record says ${standsAt(record)}, the decider says ${standsAt(row.upgrade)}`,
    );
  }

  #wait(member: Member, at: number): void {
    const before = this.#members.put(member);
    if (this.#rows.has(member.client)) return;
    this.#numbers.move(before === undefined ? {} : waitingCounters([before]), waitingCounters([member]), at);
  }

  /** A client joins, leaves, or waits in another wave: the members that follow say where. */
  #membership({ to, at }: KeptEntry, client: string, index: number): void {
    if (to === leftTo) {
      const before = this.#members.remove(client);
      if (before !== undefined) this.#numbers.move(waitingCounters([before]), {}, at);
      return;
    }
    const member = this.#members.after(client, index);
    if (member !== undefined) this.#wait(member, at);
  }

  #clientOf(member: Member): Client {
    return clientIn(this.#history.clients, member);
  }
}
