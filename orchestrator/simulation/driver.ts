import type { Failure } from '../../shared/domain/observation/failure.ts';
import type { FreeTime } from '../../shared/domain/rules/free-time.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { spentLimit } from '../../shared/domain/rules/remediation-limits.ts';
import { awaitRemediation, remediationBegun } from '../../shared/domain/upgrade/await-remediation.ts';
import { awaitRestart } from '../../shared/domain/upgrade/await-restart.ts';
import { restartUseOf } from '../../shared/store/restart-use.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { withKnownFreeTime } from '../../shared/domain/upgrade/learned-look.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import { stepTook } from '../../shared/domain/upgrade/fit.ts';
import {
  afterInbox,
  firstEventOf,
  type InboxEvent,
  isEndRequest,
  type Planned,
} from '../../shared/domain/upgrade/inbox.ts';
import {
  beginsSomething,
  isFinishing,
  type Place,
  placeAfter,
  placementOf,
} from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Books } from './books.ts';
import type { ClientModel } from './client-model.ts';
import type { Observer } from './observer.ts';
import type { Row } from './row.ts';
import type { Rulings } from './rulings.ts';
import type { MeasuredSteps } from './step-times.ts';

/** What a driver asks of the simulation. */
export interface DriverEvents {
  /** The answer to a command comes at this time. */
  answer(row: Row, event: UpgradeEvent, at: number): void;
  checkedIn(row: Row, at: number): void;
  /** The upgrade rests, is parked or has ended: nobody drives it. */
  letGo(row: Row): void;
}

interface DriverParts {
  readonly books: Books;
  readonly model: ClientModel;
  readonly rulings: Rulings;
  readonly steps: MeasuredSteps;
  readonly observer: Observer;
  /** What earlier campaigns have learned of clients. */
  readonly freeTimes: Readonly<Record<string, FreeTime>>;
  readonly events: DriverEvents;
}

/**
 * Drives upgrades as a worker does: event, decide, commit, command. The answer to a command is an
 * event of the simulation. Workers are never short: each due upgrade is driven at once.
 */
export class Driver {
  readonly #parts: DriverParts;
  #drivers = 0;

  constructor(parts: DriverParts) {
    this.#parts = parts;
  }

  /** A due upgrade gets a driver, unless it is parked. */
  async activate(row: Row, at: number): Promise<void> {
    const { books, rulings, events, freeTimes } = this.#parts;
    if (!books.begin(row, at)) {
      events.letGo(row);
      return;
    }
    row.rules = withKnownFreeTime(rulings.of(row.client), row.upgrade, freeTimes[row.client.client]);
    row.mayHaveBegun = true;
    row.leased = row.inbox;
    row.inbox = [];
    await this.#decide(row, firstEventOf(row.upgrade, row.leased), at);
  }

  /** The command of a driven upgrade was answered. */
  answered(row: Row, event: UpgradeEvent, at: number): Promise<void> {
    return this.#decide(row, event, at);
  }

  async #decide(row: Row, event: UpgradeEvent, at: number): Promise<void> {
    const rules = rulesOf(row);
    const phaseBefore = row.upgrade.state.phase;
    const decision = decide(rules, row.upgrade, event, at);
    if (decision.kind === 'changed') {
      const failure = 'failure' in event ? event.failure.kind : undefined;
      if (!this.#commit(row, decision, row.leased, at, failure)) {
        this.#parts.events.letGo(row);
        return;
      }
    }
    if (phaseBefore !== 'remedying') row.mayHaveBegun = true;
    await this.#command(row, at);
  }

  async #command(row: Row, at: number): Promise<void> {
    const { model, events } = this.#parts;
    const placement = placementOf(row.upgrade);
    if (placement.kind !== 'drive') throw new Error(`drives an upgrade that is ${row.upgrade.state.phase}`);
    this.#drivers += 1;
    const answer = await model.run({
      client: row.client,
      rules: rulesOf(row),
      command: placement.command,
      at,
      driver: this.#drivers,
      mayHaveBegun: row.mayHaveBegun,
    });
    row.mayHaveBegun = false;
    for (const time of answer.checkIns) events.checkedIn(row, time);
    events.answer(row, answer.event, answer.at);
  }

  /**
   * Commits a transition as a worker does: messages that came in meanwhile are decided on first.
   * @returns whether the upgrade is driven on
   */
  #commit(
    row: Row,
    planned: Planned,
    leased: readonly InboxEvent[],
    at: number,
    failure?: Failure['kind'],
  ): boolean {
    const { books } = this.#parts;
    const rules = rulesOf(row);
    let consumed = leased;
    for (;;) {
      const next = consumed.length === 0 ? planned : afterInbox(rules, row.upgrade, planned, consumed, at);
      const place = placeAfter(next.upgrade, row.queue, at, false);
      if (beginsSomething(next.upgrade)) {
        const spent = this.#spentFor(row, rules, next.upgrade, at);
        if (spent !== null) return this.#commit(row, spent, consumed, at);
        if (books.isHeld(row, next.upgrade.logonServer))
          return this.#waitUntilAllowed(row, next.upgrade.logonServer, consumed, at);
      }
      const use = restartUseOf(rules.restarts, row.upgrade, next.upgrade, place);
      if (use?.needs === 'slot') {
        const full = books.restarts.take(row.client.client, use.terms, use.places);
        if (full !== null)
          return this.#commit(row, awaitRestart(rules, row.upgrade, next.upgrade, full, at), consumed, at);
      }
      if (place.index !== 'driven' && row.inbox.length > 0) {
        consumed = [...consumed, ...row.inbox];
        row.inbox = [];
        continue;
      }
      this.#write(row, next, place, at, failure);
      if (use?.needs === 'turn')
        books.wake(books.restarts.join(row.client.client, use.terms, use.places), at);
      if (use?.needs === 'none') books.wake(books.restarts.leave(row.client.client), at);
      return place.index === 'driven';
    }
  }

  /** What becomes of an upgrade whose remediation is beyond a limit; null = it may begin. */
  #spentFor(row: Row, rules: Rules, planned: Upgrade, at: number): Planned | null {
    const { remediations } = this.#parts.books;
    const name = rules.remediations === undefined ? null : remediationBegun(planned);
    if (rules.remediations === undefined || name === null) return null;
    const asked = { name, wave: planned.wave, at };
    const spent = spentLimit(rules.remediations, remediations, asked);
    if (spent !== null) return awaitRemediation(rules, row.upgrade, planned, spent, at);
    if (!remediations.some((each) => each.name === name)) remediations.push(asked);
    return null;
  }

  /** As a worker's `waitUntilAllowed`. */
  #waitUntilAllowed(row: Row, logonServer: string, leased: readonly InboxEvent[], at: number): boolean {
    const upgrade = { ...row.upgrade, logonServer };
    const unchanged = { upgrade, because: 'nothing may begin now' };
    const messages = [...leased, ...row.inbox];
    row.inbox = [];
    if (messages.some(isEndRequest)) return this.#commit(row, unchanged, messages, at);
    const { lookEveryMs } = rulesOf(row).policy.restart;
    const place: Place = isFinishing(upgrade)
      ? { index: 'due', dueAt: at + lookEveryMs, keepsSlots: false }
      : { index: 'parked' };
    this.#write(row, unchanged, place, at);
    return false;
  }

  #write(row: Row, { upgrade, because }: Planned, place: Place, at: number, failure?: Failure['kind']): void {
    const { books, observer, steps } = this.#parts;
    const before = row.upgrade;
    row.leased = [];
    books.commit(row, upgrade, place, at);
    if (books.facts !== null) books.addFacts(row.client.client, factsOf(before, upgrade, failure), at);
    if (row.rules?.fit !== undefined) {
      const took = stepTook(before, upgrade, at);
      if (took !== null) steps.note(took.step, took.ms);
    }
    observer.upgrade?.({ client: row.client, before, after: upgrade, at, because });
  }
}

function rulesOf({ rules, client }: Row): Rules {
  if (rules === null) throw new Error(`${client.client} has no driver`);
  return rules;
}
