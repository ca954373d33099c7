import type { UpgradeEvent } from '../../../shared/domain/upgrade/events.ts';
import type { Activation, Fence, Message, StoredUpgrade } from '../../../shared/store/types.ts';
import { difference } from '../../../shared/domain/outcome/counters.ts';
import { withoutPlan } from '../../../shared/domain/upgrade/closed-window.ts';
import { decide } from '../../../shared/domain/upgrade/decide.ts';
import {
  beginsSomething,
  isFinishing,
  placementOf,
  queueOf,
} from '../../../shared/domain/upgrade/placement.ts';
import { factsOf } from '../../../shared/domain/upgrade/facts.ts';
import { countersOf } from '../../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import { askClient } from './ask-client.ts';
import type { World } from './world.ts';
import type { Commit } from '../../../shared/store/upgrade-store.ts';

const leaseMs = 30_000;
/** Whatever is asked of a client takes so long. */
const callMs = 1_000;
/** No activation of a story is longer. */
const turnsAtMost = 100;

type Move = Pick<Extract<ReturnType<typeof decide>, { kind: 'changed' }>, 'upgrade' | 'because'>;

/**
 * One activation in the hands of one worker: decide, commit, act, in turns, until the upgrade
 * rests.
 */
export class Drive {
  readonly #world: World;
  readonly #job: Activation;
  readonly #fence: Fence;
  #version: number;
  #inbox: readonly Message[];
  #event: UpgradeEvent;
  #resumes = true;
  /** What the last event means is committed. */
  #isCommitted = false;
  upgrade: Upgrade;
  isOver = false;

  private constructor(world: World, job: Activation, fence: Fence, stored: StoredUpgrade) {
    [this.#world, this.#job, this.#fence] = [world, job, fence];
    ({ upgrade: this.upgrade, version: this.#version, inbox: this.#inbox } = stored);
    const rests = ['deferred', 'restarting'].includes(stored.upgrade.state.phase);
    const isWoken = rests && stored.inbox.some(({ type }) => type === 'CheckedIn');
    this.#event = { type: isWoken ? 'CheckedIn' : 'Activated' };
  }

  /** Takes the job, then lease and slots; null when there is nothing to drive. */
  static async begin(world: World, job: Activation, worker: string): Promise<Drive | null> {
    world.takeJob(job);
    const begun = await world.store.begin(job.key, job.activation, worker, leaseMs, world.now);
    return begun.kind === 'begun' ? new Drive(world, job, begun.fence, begun.stored) : null;
  }

  async toItsEnd(): Promise<void> {
    for (let turn = 0; turn < turnsAtMost; turn += 1) {
      await this.commit();
      if (this.isOver) return;
      await this.act();
    }
    throw new Error(`${this.upgrade.client} is driven for ever: ${this.upgrade.state.phase}`);
  }

  /**
   * Until this step of a procedure, or this phase, is committed and not begun yet; false when it
   * rests before.
   */
  async upTo(place: string): Promise<boolean> {
    for (let turn = 0; turn < turnsAtMost; turn += 1) {
      await this.commit();
      if (this.isOver) return false;
      const { state } = this.upgrade;
      if (state.phase === place || (state.phase === 'remedying' && state.journal.step === place)) return true;
      await this.act();
    }
    throw new Error(`${this.upgrade.client} is driven for ever and was never at ${place}`);
  }

  /** Carries out what was committed; what came of it is known to this worker only. */
  async act(): Promise<void> {
    const placement = placementOf(this.upgrade);
    if (placement.kind !== 'drive') throw new Error(`drives an upgrade that is ${this.upgrade.state.phase}`);
    const { client } = this.#job.key;
    this.#world.passTo(this.#world.now + callMs);
    await this.#world.store.renew(this.#job.key, this.#fence, leaseMs);
    this.#event = askClient(this.#world.machine(client), this.upgrade, placement.command, this.#resumes);
    [this.#resumes, this.#isCommitted] = [false, false];
  }

  /** Decides on what is known and commits it, once. */
  async commit(): Promise<void> {
    if (this.#isCommitted) return;
    this.#isCommitted = true;
    const decision = decide(this.#rules, this.upgrade, this.#event, this.#world.now);
    if (decision.kind === 'ignored') return;
    const before = this.upgrade.state.phase;
    await this.#commitMove(decision);
    if (before !== 'remedying') this.#resumes = true;
  }

  /** Its process is asked to stop: the command is let go of, and lease and work are given back. */
  async letGo(): Promise<void> {
    const stopped = decide(this.#rules, this.upgrade, { type: 'WorkerStopped' }, this.#world.now);
    const move =
      stopped.kind === 'changed' ? stopped : { upgrade: this.upgrade, because: 'its worker stops' };
    const now = { index: 'due', dueAt: this.#world.now, keepsSlots: true } as const;
    const { kind } = await this.#write(move, 'finish', now);
    if (kind !== 'committed') throw new Error(`could not be handed over: ${kind}`);
    this.isOver = true;
  }

  /** What the stop rules of the campaign count, as the worker's commit brings it. */
  #factsOf(upgrade: Upgrade): Pick<Commit, 'facts'> {
    if (this.#world.setting.file.stop === undefined) return {};
    const failure = 'failure' in this.#event ? this.#event.failure.kind : undefined;
    return { facts: factsOf(this.upgrade, upgrade, failure) };
  }

  get #rules() {
    return this.#world.rulesFor(this.#job.key.client);
  }

  async #commitMove(move: Move): Promise<void> {
    const next = this.#withInbox(move);
    const outcome = await this.#write(next, stepOf(next.upgrade), this.#placeOf(next.upgrade));
    if (outcome.kind === 'inbox') {
      this.#inbox = outcome.messages;
      return this.#commitMove(move);
    }
    if (outcome.kind === 'held') return this.#park(outcome.because);
    if (outcome.kind === 'stale') throw new Error(outcome.because);
    this.isOver = placementOf(next.upgrade).kind !== 'drive' || outcome.next !== null;
  }

  /** The move with the inbox decided on top of it: what was about to begin has not begun. */
  #withInbox(move: Move): Move {
    const isOrdered = this.#inbox.some(({ type }) => type === 'EndRequested');
    let { upgrade, because } = move;
    if (isOrdered) upgrade = withoutPlan(this.upgrade, upgrade);
    for (const message of this.#inbox) {
      const event: UpgradeEvent = message.type === 'CheckedIn' ? { type: 'CheckedIn' } : message;
      const decision = decide(this.#rules, upgrade, event, this.#world.now);
      if (decision.kind === 'changed') ({ upgrade, because } = decision);
    }
    return { upgrade, because };
  }

  /**
   * Nothing may begin now: what was begun tries again in a while, and whatever else waits for a
   * slot.
   */
  async #park(because: string): Promise<void> {
    const { upgrade } = this;
    if (this.#inbox.some(({ type }) => type === 'EndRequested'))
      return this.#commitMove({ upgrade, because });
    const dueAt = this.#world.now + this.#rules.policy.restart.lookEveryMs;
    const rests = { index: 'due', dueAt, keepsSlots: false } as const;
    const place = isFinishing(upgrade) ? rests : ({ index: 'parked' } as const);
    const outcome = await this.#write({ upgrade, because }, 'finish', place);
    if (outcome.kind === 'inbox') {
      this.#inbox = outcome.messages;
      return this.#park(because);
    }
    this.isOver = true;
  }

  /** What belongs to the other queue rests until now, so that a worker of that queue goes on. */
  #placeOf(upgrade: Upgrade): Commit['place'] {
    const placement = placementOf(upgrade);
    if (placement.kind === 'settled') return { index: 'settled' };
    if (placement.kind === 'rest')
      return { index: 'due', dueAt: placement.until, keepsSlots: placement.keepsSlots };
    if (queueOf(upgrade) === this.#job.queue) return { index: 'driven' };
    return { index: 'due', dueAt: this.#world.now, keepsSlots: true };
  }

  async #write({ upgrade, because }: Move, step: Commit['step'], place: Commit['place']) {
    const { key } = this.#job;
    const at = this.#world.now;
    const [from, to] = [this.upgrade.state.phase, upgrade.state.phase];
    const who = `worker ${this.#fence.owner}`;
    const outcome = await this.#world.store.commit({
      key,
      version: this.#version,
      fence: this.#fence,
      upgrade,
      consumed: this.#inbox.length,
      step,
      place,
      counters: difference(countersOf(this.upgrade), countersOf(upgrade)),
      audit: { at, ...key, who, from, to, because, evidence: null },
      evidence: [],
      at,
      ...this.#factsOf(upgrade),
    });
    if (outcome.kind !== 'committed') return outcome;
    [this.upgrade, this.#version, this.#inbox] = [upgrade, outcome.version, []];
    this.#world.addJobs([outcome.next, outcome.handed]);
    return outcome;
  }
}

const stepOf = (upgrade: Upgrade): Commit['step'] => (beginsSomething(upgrade) ? 'start' : 'finish');

/**
 * One worker takes the jobs of this client as they come, from both queues, until the client stands
 * at the place.
 */
export async function driveUpTo(world: World, worker: string, client: string, place: string): Promise<Drive> {
  for (let turn = 0; turn < turnsAtMost; turn += 1) {
    const jobs = [...world.jobs.values()].filter(({ key }) => key.client === client);
    const job = jobs.toSorted((a, b) => a.activation - b.activation).at(-1);
    const drive = job === undefined ? null : await Drive.begin(world, job, worker);
    if (drive === null) break;
    if (await drive.upTo(place)) return drive;
  }
  throw new Error(`there is nothing more to drive on ${client}, and it was never at ${place}`);
}
