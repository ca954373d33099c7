import type { Failure } from '../../shared/domain/observation/failure.ts';
import type { FreeTime } from '../../shared/domain/rules/free-time.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { awaitRemediation } from '../../shared/domain/upgrade/await-remediation.ts';
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
import { isFinishing, type Place, placeAfter, placementOf } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  type AskedCommit,
  type RefusedCommit,
  remediationOf,
  whyRefused,
  withBegun,
} from '../domain/store-checks.ts';
import type { RestartUse } from '../../shared/store/upgrade-store.ts';
import type { Books } from './books.ts';
import type { Answer, ClientModel } from './client-model.ts';
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
  activate(row: Row, at: number): Promise<void> | undefined {
    const { books, rulings, events, freeTimes } = this.#parts;
    if (!books.begin(row, at)) {
      events.letGo(row);
      return undefined;
    }
    row.rules = withKnownFreeTime(rulings.of(row.client), row.upgrade, freeTimes[row.client.client]);
    row.mayHaveBegun = true;
    row.leased = row.inbox;
    row.inbox = [];
    return this.#decide(row, firstEventOf(row.upgrade, row.leased), at);
  }

  /** The command of a driven upgrade was answered. */
  answered(row: Row, event: UpgradeEvent, at: number): Promise<void> | undefined {
    return this.#decide(row, event, at);
  }

  #decide(row: Row, event: UpgradeEvent, at: number): Promise<void> | undefined {
    const rules = rulesOf(row);
    const phaseBefore = row.upgrade.state.phase;
    const decision = decide(rules, row.upgrade, event, at);
    if (decision.kind === 'changed') {
      const failure = 'failure' in event ? event.failure.kind : undefined;
      if (!this.#commit(row, decision, row.leased, at, failure)) {
        this.#parts.events.letGo(row);
        return undefined;
      }
    }
    if (phaseBefore !== 'remedying') row.mayHaveBegun = true;
    return this.#command(row, at);
  }

  /** @returns a promise where the model needs one for its answer */
  #command(row: Row, at: number): Promise<void> | undefined {
    const { model } = this.#parts;
    const placement = placementOf(row.upgrade);
    if (placement.kind !== 'drive') throw new Error(`drives an upgrade that is ${row.upgrade.state.phase}`);
    this.#drivers += 1;
    const answer = model.run({
      client: row.client,
      rules: rulesOf(row),
      command: placement.command,
      at,
      driver: this.#drivers,
      mayHaveBegun: row.mayHaveBegun,
    });
    if (answer instanceof Promise) return answer.then((found) => this.#planAnswer(row, found));
    this.#planAnswer(row, answer);
    return undefined;
  }

  #planAnswer(row: Row, answer: Answer): void {
    const { events } = this.#parts;
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
      const use = restartUseOf(rules.restarts, row.upgrade, next.upgrade, place);
      const asked = this.#asked(row, rules, next.upgrade, use, at);
      const refused = whyRefused(books, asked);
      if (refused !== null) return this.#refused(row, next.upgrade, refused, consumed, at);
      if (place.index !== 'driven' && row.inbox.length > 0) {
        consumed = [...consumed, ...row.inbox];
        row.inbox = [];
        continue;
      }
      const remediation = remediationOf(asked);
      if (remediation !== null) books.begun = withBegun(books.begun, remediation);
      this.#write(row, next, place, at, failure);
      this.#takeTurn(row, use, at);
      return place.index === 'driven';
    }
  }

  #asked(row: Row, rules: Rules, planned: Upgrade, use: RestartUse | undefined, at: number): AskedCommit {
    const { restarts } = this.#parts.books;
    return {
      recorded: { finishing: row.finishing, logonServer: row.upgrade.logonServer },
      planned,
      limits: rules.remediations,
      at,
      takeRestart: () =>
        use?.needs === 'slot' ? restarts.take(row.client.client, use.terms, use.places) : null,
    };
  }

  /** What becomes of an upgrade whose commit is refused. */
  #refused(
    row: Row,
    planned: Upgrade,
    refused: RefusedCommit,
    consumed: readonly InboxEvent[],
    at: number,
  ): boolean {
    const rules = rulesOf(row);
    switch (refused.kind) {
      case 'full':
        return this.#commit(row, awaitRestart(rules, row.upgrade, planned, refused.full, at), consumed, at);
      case 'spent':
        return this.#commit(
          row,
          awaitRemediation(rules, row.upgrade, planned, refused.spent, at),
          consumed,
          at,
        );
      case 'held':
        return this.#waitUntilAllowed(row, planned.logonServer, consumed, at);
    }
  }

  /** After a commit: joins the line of the restarts, or gives back what the client has there. */
  #takeTurn(row: Row, use: RestartUse | undefined, at: number): void {
    const { books } = this.#parts;
    if (use?.needs === 'turn') books.wake(books.restarts.join(row.client.client, use.terms, use.places), at);
    if (use?.needs === 'none') books.wake(books.restarts.leave(row.client.client), at);
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
    const use = restartUseOf(rulesOf(row).restarts, row.upgrade, upgrade, place);
    this.#write(row, unchanged, place, at);
    this.#takeTurn(row, use, at);
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
