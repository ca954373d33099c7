import type { Reopening } from '../../../orchestrator/domain/reopen.ts';
import { decide } from '../../../shared/domain/upgrade/decide.ts';
import { type Ending, isUpToDate } from '../../../shared/domain/outcome/ending.ts';
import { giveUpAfterCrashes, crashesAtMost } from '../../../workers/crash-budget.ts';
import { matchesIntent } from '../../../shared/domain/upgrade/stale-journal.ts';
import { beginsSomething, isFinishing, placementOf } from '../../../shared/domain/upgrade/placement.ts';
import { deferralClasses, type Rules } from '../../../shared/domain/rules/policy.ts';
import type { Command, UpgradeEvent } from '../../../shared/domain/upgrade/events.ts';
import { newUpgrade, type Upgrade } from '../../../shared/domain/upgrade/state.ts';
import { evening, hours, minutes, preImage } from '../given.ts';
import type {
  Observation,
  Intent,
  PreImage,
  Service,
  SwapPreImage,
} from '../../../shared/domain/observation/observation.ts';
import type { Journal } from '../../../shared/domain/remediation/procedure.ts';
import type { RestartCause } from '../../../shared/domain/upgrade/memory.ts';
import type { Failure } from '../../../shared/domain/observation/failure.ts';

/** A model of a client, of any product. */
export interface ModelMachine {
  readonly nature: { readonly restarts: 'well' | 'lost' };
  readonly isUp: boolean;
  readonly isNew: boolean;
  readonly service: Service | null;
  readonly intent: Intent | null;
  isMarked: boolean;
  /** Time goes on until `to`. */
  pass(to: number): void;
  restart(): void;
  look(): Observation;
  mark(): void;
  update(): void;
  /** Takes a restart order; false = it takes none now. */
  order(cause: RestartCause): boolean;
  /** Runs a step as the worker does. `onStaleJournal`: it is done already, nothing to record. */
  step(journal: Journal): PreImage | SwapPreImage | 'refused' | 'done' | 'onStaleJournal';
  whyNotWhole(): string | null;
}

/** What goes wrong in one turn. */
export type Mishap =
  /** The command is done, and its response is lost. */
  | { readonly type: 'answerLost'; readonly kind: 'timedOut' | 'cutOff' | 'garbled' }
  | { readonly type: 'notDone'; readonly kind: 'unreachable' | 'timedOut' | 'cutOff' | 'failed' | 'garbled' }
  | { readonly type: 'crash'; readonly when: 'before' | 'after' }
  | { readonly type: 'duplicate' | 'checkIn' | 'restarted' | 'wiped' | 'pause' | 'resume' }
  /** A person ends the upgrade. */
  | { readonly type: 'end' }
  /** Redis comes back without the last commits. */
  | { readonly type: 'restored'; readonly back: number }
  /** An earlier event comes again. */
  | { readonly type: 'late'; readonly back: number }
  | { readonly type: 'delay'; readonly ms: number };

const givenUp: Ending = { end: 'cancelled', cause: 'cancelled', because: 'kim gave it up', blockers: [] };

/** Longer than a lease and a call together, shorter than a restart. */
const leaseMs = minutes(3);
const maxRestartOrders = 3;

/** The worker's loop on one model client, under mishaps. It checks the invariants every turn. */
export class ModelDriver<Machine extends ModelMachine = ModelMachine> {
  readonly rules: Rules;
  readonly client: Machine;
  upgrade: Upgrade = newUpgrade('pc-17', 0, 'LS-ROM');
  now = evening;
  isPaused = false;
  #crashes = 0;
  #isParked = false;
  /** The present state was committed during a pause; an earlier command may still be sent. */
  #isBegunInPause = false;
  /** This driver has just taken over, and knows only the record. */
  #resumes = true;
  readonly #past: UpgradeEvent[] = [];
  readonly #records: Upgrade[] = [];

  constructor(rules: Rules, client: Machine) {
    this.rules = rules;
    this.client = client;
  }

  get isSettled(): boolean {
    return this.upgrade.state.phase === 'settled';
  }

  /**
   * Begins the next attempt of a reopened upgrade. Without one the record is lost: only what is on
   * the client is left.
   */
  beginAgain(reopening: Reopening | null = null): void {
    this.upgrade = reopening?.kind === 'reopened' ? reopening.upgrade : newUpgrade('pc-17', 0, 'LS-ROM');
    this.#crashes = 0;
    this.#isParked = false;
  }

  turn(mishap: Mishap | null): void {
    if (this.isSettled) return;
    this.#passTo(this.now + (mishap?.type === 'delay' ? mishap.ms : 1_000));
    if (mishap !== null && this.#fromOutside(mishap)) return;
    const placement = placementOf(this.upgrade);
    if (this.#isParked) return this.#unpark();
    if (placement.kind === 'rest') {
      this.#passTo(Math.max(this.now, placement.until));
      return this.#activate();
    }
    if (placement.kind !== 'drive') return;
    // A driver that was delayed for so long has lost its lease, so the next one takes over.
    if (mishap?.type === 'delay' && mishap.ms > leaseMs) return this.#activate();
    this.#drive(placement.command, mishap);
  }

  /** A mishap from outside; true = this turn is over. */
  #fromOutside(mishap: Mishap): boolean {
    if (mishap.type === 'pause') this.isPaused = true;
    if (mishap.type === 'resume') this.isPaused = false;
    if (mishap.type === 'wiped') this.beginAgain();
    if (mishap.type === 'restarted') this.client.restart();
    if (mishap.type === 'end') this.#take({ type: 'EndRequested', ending: givenUp });
    if (mishap.type === 'restored') return this.#restore(mishap.back);
    if (mishap.type === 'checkIn') this.#take({ type: 'CheckedIn' });
    if (mishap.type !== 'late') return mishap.type === 'wiped';
    const event = this.#past.at(-1 - mishap.back);
    if (event !== undefined) this.#take(event);
    return true;
  }

  #restore(back: number): boolean {
    const old = this.#records.at(-1 - back);
    if (old === undefined) return false;
    this.#records.splice(this.#records.length - back);
    this.upgrade = old;
    this.#isParked = false;
    this.#activate();
    return true;
  }

  #passTo(to: number): void {
    this.now = to;
    this.client.pass(to);
  }

  #unpark(): void {
    if (this.isPaused && !isFinishing(this.upgrade)) return;
    this.#isParked = false;
    this.#activate();
  }

  #activate(): void {
    this.#resumes = true;
    if (this.isPaused && !isFinishing(this.upgrade)) {
      this.#isParked = true;
      return;
    }
    this.#isBegunInPause = this.isPaused;
    this.#take({ type: 'Activated' });
  }

  #drive(command: Command, mishap: Mishap | null): void {
    if (this.#isBegunInPause && begins(command))
      throw new Error(`${command.type} while the campaign is paused`);
    if (mishap?.type === 'crash') return this.#crash(command, mishap.when);
    const event = this.#ask(command, mishap);
    this.#resumes = false;
    // Results of steps never come late: only the driver that ran the step reports it, and at once.
    if (event.type !== 'StepDone' && event.type !== 'StepFailed' && event.type !== 'JournalFoundStale')
      this.#past.push(event);
    this.#take(event);
    if (mishap?.type === 'duplicate') this.#take(event);
  }

  #crash(command: Command, when: 'before' | 'after'): void {
    if (when === 'after') this.#do(command);
    this.#crashes += 1;
    this.#passTo(this.now + minutes(1));
    if (this.#crashes >= crashesAtMost)
      this.upgrade = giveUpAfterCrashes(this.upgrade, this.#crashes, this.now);
    else this.#activate();
  }

  #ask(command: Command, mishap: Mishap | null): UpgradeEvent {
    if (mishap?.type === 'notDone' && mishap.kind === 'failed' && this.#isStale(command))
      return this.#do(command);
    if (mishap?.type === 'notDone') return failed(command, { kind: mishap.kind, message: mishap.kind });
    const event = this.#do(command);
    if (mishap?.type !== 'answerLost') return event;
    return failed(command, { kind: mishap.kind, message: mishap.kind });
  }

  /** A driver that continues a procedure reads the client's intent before any step is refused. */
  #isStale(command: Command): boolean {
    if (command.type !== 'RunStep' || !this.client.isUp) return false;
    const { journal } = command;
    const isAsked = this.#resumes || journal.failures > 0 || journal.step === 'record';
    const isRelocated = journal.step === 'record' && this.client.service?.imagePath === preImage.to;
    return isAsked && (isRelocated || !matchesIntent(journal, this.client.intent));
  }

  /** The client carries out the command. */
  #do(command: Command): UpgradeEvent {
    const { client, upgrade } = this;
    if (!client.isUp) return failed(command, { kind: 'unreachable', message: 'no route' });
    switch (command.type) {
      case 'LookAtClient':
        return { type: 'ClientObserved', observation: client.look() };
      case 'MarkClient':
        client.mark();
        return { type: 'ClientMarked' };
      case 'UnmarkClient':
        client.isMarked = false;
        return { type: 'ClientUnmarked' };
      case 'RunUpdate':
        client.update();
        return { type: 'UpdateRan' };
      case 'RestartClient':
        if (client.nature.restarts === 'lost')
          return failed(command, { kind: 'timedOut', message: 'no answer' });
        if (upgrade.state.phase === 'ordering' && !client.order(upgrade.state.cause))
          return failed(command, { kind: 'failed', message: 'a shutdown is in progress' });
        return { type: 'RestartOrdered' };
      case 'NotifyUsers':
        return { type: 'UsersNotified' };
      case 'RunStep': {
        const { step } = command.journal;
        if (this.#isStale(command)) return { type: 'JournalFoundStale', step };
        const made = client.step(command.journal);
        if (made === 'onStaleJournal') return { type: 'JournalFoundStale', step };
        if (made === 'refused') return failed(command, { kind: 'failed', message: 'refused' });
        return { type: 'StepDone', step, preImage: made === 'done' ? null : made };
      }
    }
  }

  /** Decides and commits as the worker and the store do. */
  #take(event: UpgradeEvent): void {
    if (this.#isParked || this.isSettled) return;
    const decision = decide(this.rules, this.upgrade, event, this.now);
    if (decision.because === '')
      throw new Error(`no reason: ${event.type} while ${this.upgrade.state.phase}`);
    if (decision.kind === 'ignored') return;
    if (decision.upgrade.state.phase === 'remedying' && this.upgrade.state.phase !== 'remedying')
      this.#resumes = true;
    this.#crashes = 0;
    if (this.isPaused && beginsSomething(decision.upgrade)) {
      this.#isParked = true;
      return;
    }
    this.upgrade = decision.upgrade;
    this.#isBegunInPause = this.isPaused;
    this.#records.push(this.upgrade);
    this.#expectWithinBudgets();
    this.#expectProof();
  }

  #expectWithinBudgets(): void {
    const { deferrals, restarts } = this.upgrade.memory.history;
    const { policy } = this.rules;
    for (const kind of deferralClasses) {
      const used = deferrals[kind] ?? 0;
      if (used > policy.deferrals[kind].budget) throw new Error(`${used} deferrals of class ${kind}`);
    }
    for (const [cause, count] of Object.entries(restarts))
      if (count > maxRestartOrders) throw new Error(`${count} orders for the ${cause}`);
    const { state } = this.upgrade;
    const failures = state.phase === 'remedying' ? state.journal.failures : 0;
    if (failures > Math.max(5, policy.deferrals.unreachable.budget))
      throw new Error(`${failures} failures of a step`);
    if (state.phase === 'deferred' && state.until < this.now - hours(1)) throw new Error('rests in the past');
  }

  /** Success only with the new files on the client, and with no workaround open. */
  #expectProof(): void {
    const { state, memory } = this.upgrade;
    if (state.phase !== 'settled' || !isUpToDate(state.end)) return;
    if (!this.client.isNew) throw new Error(`${state.end}, and the files are old`);
    if (memory.open.workaround !== null) throw new Error('settled with the workaround open');
  }
}

/** Does the command begin something, which a pause forbids? Later steps finish something. */
const begins = (command: Command): boolean =>
  command.type === 'RunStep'
    ? command.journal.step === 'record'
    : command.type !== 'LookAtClient' && command.type !== 'UnmarkClient';

function failed(command: Command, failure: Failure): UpgradeEvent {
  if (command.type === 'LookAtClient') return { type: 'LookFailed', failure };
  if (command.type === 'RunStep') return { type: 'StepFailed', step: command.journal.step, failure };
  return { type: 'CommandFailed', failure };
}
