import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { onHook } from '../../shared/domain/upgrade/client-hook.ts';
import { waitsForHook } from '../../shared/domain/upgrade/open-hook.ts';
import { approvalAnswered } from '../../shared/domain/upgrade/approval.ts';
import { asksForHealth } from '../domain/health-looks.ts';
import { Books } from './books.ts';
import type { ClientModel } from './client-model.ts';
import { Driver } from './driver.ts';
import { EventHeap } from './event-heap.ts';
import type { Happening } from './happening.ts';
import { keepHealth, surveyHealth } from './health-looks.ts';
import { approver, Leader } from './leader.ts';
import type { Observer } from './observer.ts';
import { onNumbers, type PersonAsks } from './people.ts';
import type { Row } from './row.ts';
import { type RuleSources, Rulings } from './rulings.ts';
import { MeasuredSteps } from './step-times.ts';

/** Where a simulation begins. */
export interface SimulationSetup {
  /** A campaign that runs; the simulation changes it only by its decider. */
  readonly campaign: Campaign;
  /** The clients of each wave that wait for their admission, in the order of the campaign. */
  readonly waves: readonly (readonly Client[])[];
  /** Upgrades that stand somewhere already; left out = none does. */
  readonly rows?: readonly Row[];
  readonly sources: RuleSources;
  readonly model: ClientModel;
  /** Policy time. */
  readonly startAt: number;
  /** The simulation gives up at this policy time. */
  readonly until: number;
  /** How long a person takes to answer a question; null = nobody ever answers. */
  readonly approvalMs: number | null;
  /** What people ask of the campaign, by policy time; left out = nothing. */
  readonly people?: readonly PersonAsks[];
  readonly observer?: Observer;
  /** By client: its `FreeTime` from earlier campaigns. Left out = nothing is known. */
  readonly freeTimes?: Readonly<Record<string, string>>;
}

/** Where a simulation ended. */
export interface Simulated {
  readonly campaign: Campaign;
  readonly books: Books;
  /** When the last thing happened: policy time. */
  readonly at: number;
  /** How many events were simulated. */
  readonly events: number;
  /** The campaign was not over at the end of the simulated time. */
  readonly isCut: boolean;
}

/** The leader acts so long after a change: many changes in one moment are one round. */
const roundEveryMs = 1_000;

/** Runs one campaign on virtual time. Nothing waits, and nothing outside is read or changed. */
export async function simulate(setup: SimulationSetup): Promise<Simulated> {
  return new Simulation(setup).run();
}

class Simulation {
  readonly #setup: SimulationSetup;
  readonly #heap = new EventHeap<Happening>();
  readonly #books: Books;
  readonly #driver: Driver;
  readonly #leader: Leader;
  readonly #rulings: Rulings;
  readonly #observer: Observer;
  readonly #keepsClients: boolean;
  #now: number;
  #roundAt = Infinity;
  #events = 0;
  #surveys = 0;

  constructor(setup: SimulationSetup) {
    this.#setup = setup;
    const { campaign, model, observer = {} } = setup;
    this.#now = setup.startAt;
    this.#observer = observer;
    this.#keepsClients = campaign.definition.waves.some(({ gate }) => gate.health !== undefined);
    this.#books = new Books(campaign, setup.waves, {
      due: (row) => this.#heap.add(row.dueAt, { kind: 'due', row, activation: row.activation }),
      slotFree: () => this.#leader.slotFree(),
    });
    const steps = new MeasuredSteps();
    this.#rulings = new Rulings(campaign, setup.sources, steps);
    this.#driver = new Driver({
      books: this.#books,
      model,
      rulings: this.#rulings,
      steps,
      observer,
      freeTimes: setup.freeTimes ?? {},
      events: {
        answer: (row, event, at) => this.#heap.add(at, { kind: 'answer', row, event }),
        checkedIn: (row, at) => this.#heap.add(at, { kind: 'checkIn', row }),
        letGo: (row) => this.#letGo(row),
      },
    });
    this.#leader = new Leader({
      books: this.#books,
      rulings: this.#rulings,
      observer,
      approvalMs: setup.approvalMs,
      events: {
        round: (at) => this.#planRound(at),
        approval: (id, at) => this.#heap.add(at, { kind: 'approval', id }),
        survey: (wave) => this.#survey(wave),
      },
    });
    for (const { at, event } of setup.people ?? []) this.#heap.add(at, { kind: 'person', event });
    for (const row of setup.rows ?? []) {
      this.#books.restore(row);
      if (row.index === 'due') this.#planLife(row);
    }
  }

  async run(): Promise<Simulated> {
    const { until } = this.#setup;
    this.#planRound(this.#now);
    while (this.#heap.nextAt <= until && !this.#isOver()) {
      const { nextAt } = this.#heap;
      const happening = this.#heap.take();
      if (happening === undefined) break;
      this.#now = Math.max(this.#now, nextAt);
      this.#events += 1;
      const happens = this.#happens(happening);
      if (happens !== undefined) await happens;
      if (this.#leader.isWanted) this.#planRound(this.#now + roundEveryMs);
    }
    const { campaign } = this.#books;
    return { campaign, books: this.#books, at: this.#now, events: this.#events, isCut: !this.#isOver() };
  }

  #isOver(): boolean {
    const { state } = this.#books.campaign;
    return state.status === 'ended' || (state.status === 'aborted' && state.endedAt !== null);
  }

  /** @returns a promise where clients or people are asked */
  #happens(happening: Happening): Promise<void> | undefined {
    const now = this.#now;
    switch (happening.kind) {
      case 'due': {
        const { row, activation } = happening;
        if (row.index !== 'due' || row.activation !== activation) return undefined;
        return this.#driver.activate(row, now);
      }
      case 'answer':
        return this.#driver.answered(happening.row, happening.event, now);
      case 'lives':
        this.#lives(happening.row, happening.activation);
        return undefined;
      case 'checkIn':
        if (happening.row.index !== 'settled') this.#books.deliver(happening.row, { type: 'CheckedIn' }, now);
        return undefined;
      case 'hook':
        this.#hookSaysGo(happening.row);
        return undefined;
      case 'round':
        if (happening.at !== this.#roundAt) return undefined;
        this.#roundAt = Infinity;
        return this.#leader.round(now);
      case 'approval': {
        const shown = 'nothing, because the answer is assumed';
        this.#leader.decide(
          { type: 'ApprovalAnswered', id: happening.id, is: 'approved', by: approver, shown },
          now,
        );
        return undefined;
      }
      case 'person':
        this.#leader.decide(onNumbers(happening.event, this.#books.allCounters()), now);
        return undefined;
      case 'approved':
        this.#approve(happening.row, happening.attempt);
        return undefined;
      case 'health': {
        keepHealth(this.#healthParts(), happening.found);
        const found = { healthy: 0, unhealthy: 0, notKnown: 0 };
        for (const { kind } of happening.found.found.values()) found[kind] += 1;
        this.#leader.decide({ type: 'HealthFound', survey: happening.survey, found }, now);
        return undefined;
      }
    }
  }

  #planRound(at: number): void {
    if (at >= this.#roundAt) return;
    this.#roundAt = at;
    this.#heap.add(at, { kind: 'round', at });
  }

  /** A client whose upgrade rests may check in before it is due. */
  #letGo(row: Row): void {
    const { model, approvalMs } = this.#setup;
    if (row.index === 'settled') {
      if (!this.#keepsClients) model.forget(row.client);
      return;
    }
    if (row.index !== 'due') return;
    this.#planLife(row);
    if (waitsForHook(row.upgrade.state)) this.#heap.add(this.#now + roundEveryMs, { kind: 'hook', row });
    const { state, memory } = row.upgrade;
    const ask = memory.history.approvals?.ask ?? null;
    if (approvalMs === null || ask === null || ask.isForAll || state.phase !== 'deferred') return;
    this.#heap.add(Math.max(this.#now, ask.since + approvalMs), {
      kind: 'approved',
      row,
      attempt: ask.attempt,
    });
  }

  #planLife(row: Row): void {
    const next = this.#setup.model.nextMoment(row.client);
    if (next >= row.dueAt) return;
    this.#heap.add(Math.max(next, this.#now), { kind: 'lives', row, activation: row.activation });
  }

  #lives(row: Row, activation: number): void {
    if (row.index !== 'due' || row.activation !== activation) return;
    const checkIns = this.#setup.model.live(row.client, this.#now);
    if (checkIns.length > 0) this.#books.deliver(row, { type: 'CheckedIn' }, this.#now);
    else this.#planLife(row);
  }

  /** A hook before a client runs at once, takes no time, and says go. */
  #hookSaysGo(row: Row): void {
    const [moment, owner] = ['before', 'simulation'] as const;
    const end = { state: 'go', because: 'assumed' } as const;
    const events = [
      { type: 'HookBegun', moment, owner },
      { type: 'HookEnded', moment, owner, runs: 1, end },
    ] as const;
    for (const event of events) {
      if (row.index === 'driven' || row.index === 'settled') return;
      const decision = onHook(row.upgrade, event, this.#now);
      if (decision.kind !== 'changed') return;
      const { upgrade: after, because } = decision;
      const before = row.upgrade;
      this.#books.commitIdle(row, after, this.#now);
      this.#observer.upgrade?.({ client: row.client, before, after, at: this.#now, because });
    }
  }

  #approve(row: Row, attempt: string): void {
    const { upgrade: before, client } = row;
    if (row.index === 'driven' || row.index === 'settled') return;
    const [is, at] = ['approved', this.#now] as const;
    const answer = { is, by: approver, at, attempt: before.attempt, of: attempt };
    const decision = approvalAnswered(before, answer);
    if (decision.kind !== 'changed') return;
    const { upgrade: after, because } = decision;
    this.#books.commitIdle(row, after, at);
    this.#observer.upgrade?.({ client, before, after, at, because });
  }

  #healthParts() {
    const { model, sources } = this.#setup;
    return {
      books: this.#books,
      model,
      rulings: this.#rulings,
      observer: this.#observer,
      servicePack: sources.release.servicePack,
    };
  }

  /** A survey looks at once, and its findings are known when its last look has ended. */
  async #survey(wave: number): Promise<void> {
    if (!asksForHealth(this.#books.campaign)) return;
    const found = await surveyHealth(this.#healthParts(), wave, this.#now);
    const survey = `look-${(this.#surveys += 1)}`;
    this.#leader.decide({ type: 'HealthAsked', wave, survey, clients: found.found.size }, this.#now);
    this.#heap.add(found.endsAt, { kind: 'health', survey, found });
  }
}
