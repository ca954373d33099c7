import type { Client } from '../../shared/domain/campaign/definition.ts';
import { isProved, nextStep } from '../../shared/domain/remediation/procedure.ts';
import { type DeferralClass, hasBudget, type Rules } from '../../shared/domain/rules/policy.ts';
import type { Command, UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { waitsSince } from '../../shared/domain/upgrade/waits.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { chance } from '../simulation/machines/chance.ts';
import type { Answer, ClientModel, Order } from '../simulation/client-model.ts';
import { type FigureClient, knownClient, newClient } from './figure-client.ts';
import type { Figures } from './figures.ts';
import type { Easing } from './question.ts';
import { endOfSpell, isAway } from './spell.ts';
import { type Found, modelLook, modelPreImage } from './model-looks.ts';

/** So long a look or another call takes; steps of procedures take a little longer. */
const lookMs = 3_000;
const stepMs = 10_000;

const none: readonly number[] = [];

/**
 * Clients that behave as the figures of their campaign say: no machine is modelled, only how often
 * a look finds what. What is drawn for a client follows from the seed and its name.
 */
export class FigureClients implements ClientModel {
  readonly #figures: Figures;
  readonly #seed: string;
  readonly #isEased: NonNullable<Easing['isOver']>;
  readonly #clients = new Map<string, FigureClient>();
  readonly #draws = new Map<string, number>();

  /** @param isEased waits that are over as soon as they begin; left out = none is */
  constructor(figures: Figures, seed: string, isEased: Easing['isOver'] = () => false) {
    this.#figures = figures;
    this.#seed = seed;
    this.#isEased = isEased;
  }

  /** Takes a client over as its record says that it stands; it may check in while it waits. */
  know(upgrade: Upgrade, rules: Rules, now: number): void {
    const client = knownClient(upgrade);
    this.#clients.set(upgrade.client, client);
    const { state } = upgrade;
    if (state.phase !== 'deferred' || !hasBudget(state.class)) return;
    const since = waitsSince(upgrade) ?? now;
    const hasHabits = !isAway(state.class, since, now, rules.zone);
    this.#begins(client, state.class, rules, now, hasHabits);
  }

  run({ client, rules, command, at }: Order): Promise<Answer> {
    const own = this.#own(client);
    own.checksInAt = Infinity;
    const event = this.#answer(own, client, rules, command, at);
    const answeredAt = at + (command.type === 'RunStep' ? stepMs : lookMs);
    return Promise.resolve({ event, at: answeredAt, checkIns: none });
  }

  nextMoment(client: Client): number {
    return this.#clients.get(client.client)?.checksInAt ?? Infinity;
  }

  live(client: Client, until: number): readonly number[] {
    const own = this.#own(client);
    const at = own.checksInAt;
    if (at > until) return none;
    own.checksInAt = Infinity;
    return [at];
  }

  forget(client: Client): void {
    this.#clients.delete(client.client);
  }

  #own({ client }: Client): FigureClient {
    const known = this.#clients.get(client);
    if (known !== undefined) return known;
    const made = newClient(client);
    this.#clients.set(client, made);
    return made;
  }

  #answer(own: FigureClient, client: Client, rules: Rules, command: Command, at: number): UpgradeEvent {
    switch (command.type) {
      case 'LookAtClient':
        return this.#look(own, client, rules, at);
      case 'MarkClient':
        own.isMarked = true;
        own.hasRestarted = false;
        return { type: 'ClientMarked' };
      case 'UnmarkClient':
        own.isMarked = false;
        return { type: 'ClientUnmarked' };
      case 'RunUpdate':
        own.isMarked = true;
        own.hasRestarted = true;
        return { type: 'UpdateRan' };
      case 'RestartClient':
        own.boots += 1;
        own.bootId = `boot ${own.boots} of the forecast`;
        own.hasRestarted = own.isMarked;
        own.isLost = this.#isDrawn(own, 'lost', this.#figures.lostAtRestart);
        return { type: 'RestartOrdered' };
      case 'NotifyUsers':
        return { type: 'UsersNotified' };
      case 'RunStep':
        return this.#step(own, rules, command);
    }
  }

  #step(own: FigureClient, rules: Rules, { journal }: Extract<Command, { type: 'RunStep' }>): UpgradeEvent {
    const { step, direction } = journal;
    if (direction === 'forward' && step === 'start' && this.#fails(own))
      return { type: 'StepFailed', step, failure: { kind: 'failed', message: 'as others did' } };
    if (direction === 'forward' && (isProved(journal) || nextStep(journal) === null)) own.isMoved = true;
    return { type: 'StepDone', step, preImage: step === 'record' ? modelPreImage(rules) : null };
  }

  #fails(own: FigureClient): boolean {
    return chance(this.#seed, own.name, 'relocation') < this.#figures.relocationFails;
  }

  /** The questions of a look in the order in which the decider asks them. */
  #look(own: FigureClient, client: Client, rules: Rules, at: number): UpgradeEvent {
    const failure = (kind: 'unreachable' | 'garbled') =>
      ({ type: 'LookFailed', failure: { kind, message: 'as drawn' } }) as const;
    if (own.isLost || this.#waits(own, 'unreachable', rules, at)) return failure('unreachable');
    if (this.#waits(own, 'couldNotLook', rules, at)) return failure('garbled');
    const isServer =
      client.role === 'server' || chance(this.#seed, own.name, 'server') < this.#figures.excluded;
    const found = isServer ? { isServer } : this.#found(own, rules, at);
    const { bootId, isMarked } = own;
    return {
      type: 'ClientObserved',
      observation: modelLook(rules, { at, bootId, logonServer: client.logonServer, isMarked, ...found }),
    };
  }

  #found(own: FigureClient, rules: Rules, at: number): Partial<Found> {
    if (own.isCurrent || this.#wasCurrent(own)) return { isCurrent: true };
    if (!own.isMarked) return this.#inTheWay(own, rules, at);
    const { route } = rules.product;
    const restarts = route === 'logon' && rules.policy.restart.allowed !== 'never';
    if (restarts && !own.hasRestarted) return { isUserOn: this.#waits(own, 'restart', rules, at) };
    if (route === 'logon' && this.#waits(own, 'logon', rules, at)) return {};
    if (route === 'logon' && this.#waits(own, 'load', rules, at))
      return { isUserOn: true, loadMissing: true };
    if (this.#waits(own, 'download', rules, at)) return { lacksFile: true };
    own.isCurrent = true;
    return { isCurrent: true };
  }

  #wasCurrent(own: FigureClient): boolean {
    return !own.isMarked && chance(this.#seed, own.name, 'current') < this.#figures.alreadyCurrent;
  }

  #inTheWay(own: FigureClient, rules: Rules, at: number): Partial<Found> {
    const isDrawn = chance(this.#seed, own.name, 'service') < this.#figures.blockedByService;
    const isBlocked = own.isBlocked || isDrawn;
    const isGone = own.passed.has('service') || this.#isEased(own.name, 'service');
    if (isBlocked && !own.isMoved && !isGone) {
      // A service that is in the way waits for the ladder, unless clients like it are free at last.
      const isMovable = rules.policy.ladder.some((step) => step !== 'wait' && step !== 'notify');
      if (isMovable || this.#waits(own, 'service', rules, at)) return { blockedBy: 'service' };
    }
    return this.#waits(own, 'program', rules, at) ? { blockedBy: 'program' } : {};
  }

  /** Does the client still wait for this reason? Once it does not, it never does again. */
  #waits(own: FigureClient, kind: DeferralClass, rules: Rules, at: number): boolean {
    if (own.passed.has(kind) || this.#isEased(own.name, kind)) return false;
    const { share } = this.#figures.waits[kind];
    const until =
      own.until.get(kind) ?? (this.#isDrawn(own, kind, share) ? this.#begins(own, kind, rules, at) : at);
    if (until > at) {
      if (this.#isDrawn(own, 'check-in', this.#figures.checksIn)) own.checksInAt = until;
      return true;
    }
    own.passed.add(kind);
    return false;
  }

  /** A wait begins, or goes on: draws when it ends. */
  #begins(own: FigureClient, kind: DeferralClass, { zone }: Rules, from: number, hasHabits = true): number {
    const { endsPerMs } = this.#figures.waits[kind];
    const until = endOfSpell(kind, endsPerMs, { from, zone, hasHabits }, () => this.#draw(own, kind));
    own.until.set(kind, until);
    return until;
  }

  #isDrawn(own: FigureClient, what: string, share: number): boolean {
    return share > 0 && this.#draw(own, what) < share;
  }

  #draw({ name }: FigureClient, what: string): number {
    const draws = this.#draws.get(name) ?? 0;
    this.#draws.set(name, draws + 1);
    return chance(this.#seed, name, what, draws);
  }
}
