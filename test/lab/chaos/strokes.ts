import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../shared/errors.ts';
import { campaignName } from './campaign-file.ts';
import type { Conductor } from './control/conductor.ts';
import type { Order } from './control/orders.ts';
import { Outages } from './outages.ts';
import type { Blow, FullDisk, Hostility, Planned, Role, Stroke } from './plan.ts';
import type { Player } from './player.ts';
import { refuseWrites, wipeJobs } from './redis-strokes.ts';
import type { Stage } from './stage.ts';

/**
 * One pause, by real time: when the orchestrator acknowledged it, and when it was asked to resume.
 */
export interface PauseSpan {
  readonly acknowledgedAt: number;
  readonly resumeAskedAt: number;
}

const freeDeadlineMs = 60_000;
const answerDeadlineMs = 180_000;
/**
 * When all processes of a role were down for so long, the first that runs again gets so much time
 * to work.
 */
const allDownMs = 3_000;
const freshMs = 1_000;

/** Carries out the plan. Strokes fall at their moments; each process recovers in its own time. */
export class Chaos {
  readonly #stage: Stage;
  readonly #say: (line: string) => void;
  readonly #conductor: Conductor;
  readonly #recovering = new Set<Promise<void>>();
  readonly pauses: PauseSpan[] = [];
  #pausing: Promise<void> = Promise.resolve();
  struck = 0;
  /** How often a client was hostile. */
  hostile = 0;

  constructor(stage: Stage, conductor: Conductor, say: (line: string) => void) {
    this.#stage = stage;
    this.#conductor = conductor;
    this.#say = say;
  }

  /** @param between runs after each stroke; the plan waits for it */
  async carryOut(plan: readonly Planned[], between: (done: number) => Promise<void>): Promise<void> {
    const begun = Date.now();
    let late = 0;
    for (const [index, { atMs, stroke }] of plan.entries()) {
      await delay(Math.max(0, begun + late + atMs - Date.now()));
      await this.#someoneRuns();
      // On a slow machine all later strokes move back, so that they stay as far apart.
      late = Math.max(late, Date.now() - begun - atMs);
      const seconds = ((Date.now() - begun) / 1000).toFixed(1).padStart(6);
      await this.#strike(stroke, seconds);
      await between(index + 1);
    }
  }

  /**
   * Waits until a worker and an orchestrator run. All may be down at once, but not for ever: on a
   * slow machine a start takes long.
   */
  async #someoneRuns(): Promise<void> {
    const since = Date.now();
    const isThere = (role: Role): boolean =>
      this.#stage.players.some((player) => player.role === role && player.isFree);
    while (!(isThere('worker') && isThere('orchestrator'))) {
      await delay(50);
      if (Date.now() - since > freeDeadlineMs) return;
    }
    if (Date.now() - since > allDownMs) await delay(freshMs);
  }

  /** Resolves when every process that was struck runs again. */
  async recovered(): Promise<void> {
    while (this.#recovering.size > 0) await Promise.all(this.#recovering);
  }

  async #strike(stroke: Stroke, seconds: string): Promise<void> {
    switch (stroke.kind) {
      case 'wipeJobs':
        return this.#say(`${seconds} s  delete all BullMQ keys: ${await wipeJobs(this.#stage)}`);
      case 'pause':
        this.#say(`${seconds} s  pause the campaign for ${stroke.forMs} ms`);
        this.#pausing = this.#follow(this.#pausing.then(() => this.#pause(stroke.forMs)));
        return;
      case 'refuseWrites':
        this.#say(`${seconds} s  Redis refuses writes (${stroke.how}) for ${stroke.forMs} ms`);
        void this.#follow(refuseWrites(this.#stage, stroke));
        return;
      case 'hostile':
        void this.#follow(this.#turnHostile(stroke, seconds));
        return;
      case 'fullDisk':
        this.#say(`${seconds} s  the disk of ${stroke.of} is full for ${stroke.forMs} ms`);
        void this.#follow(this.#fillDisk(stroke));
        return;
      case 'nobodyLeads':
        this.#say(`${seconds} s  every orchestrator is killed, back after ${stroke.forMs} ms`);
        return this.#leaveNobody(stroke.forMs);
      case 'edit':
      case 'revert':
      case 'start':
      case 'fleet':
        void this.#follow(this.#order(stroke, seconds));
        return;
      case 'kill':
      case 'freeze':
      case 'term':
        return this.#blow(stroke, seconds);
    }
  }

  async #order(order: Exclude<Order, { readonly kind: 'nobodyLeads' }>, seconds: string): Promise<void> {
    this.#say(`${seconds} s  ${wordsFor(order)}: ${await this.#conductor.carryOut(order)}`);
  }

  /** Orchestrators that are down or frozen already stay so for their own time. */
  #leaveNobody(forMs: number): void {
    const leaders = this.#stage.players.filter(({ role, isFree }) => role === 'orchestrator' && isFree);
    for (const player of leaders)
      void this.#follow(player.strike({ kind: 'kill', role: 'orchestrator', nth: 0, forMs }));
  }

  /** One client answers as an attacker would, for a while; then it is the machine it was. */
  async #turnHostile({ how, nth, forMs }: Hostility, seconds: string): Promise<void> {
    const { clients, control } = this.#stage;
    const client = clients[nth % clients.length] ?? '';
    this.#say(`${seconds} s  ${client} is hostile (${how}) for ${forMs} ms`);
    this.hostile += 1;
    if (how === 'storm') return this.#storm(client, forMs);
    const fault = await control.fault({ client, kind: how });
    await delay(forMs);
    await fault.lift();
  }

  /** A client that checks in again and again, with more text than anybody keeps. */
  async #storm(client: string, forMs: number): Promise<void> {
    const transcript = 'Upgrading \u001b[2J\u202e '.repeat(4_000);
    for (const until = Date.now() + forMs; Date.now() < until; await delay(20)) {
      const { operators } = this.#stage;
      const asked = operators.map((operator) =>
        operator.ask('POST', `/v1/clients/${client}/checkin`, { transcript }, 6_000),
      );
      await Promise.allSettled(asked);
    }
  }

  async #fillDisk({ of, forMs }: FullDisk): Promise<void> {
    const { disks, outages, fullDisks } = this.#stage;
    // With a full disk Redis refuses writes, and may have to be started again.
    const back = of === 'redis' ? outages.begin() : () => undefined;
    const over = fullDisks.begin();
    try {
      disks?.fill(of);
      await delay(forMs);
    } finally {
      disks?.empty(of);
      over();
      back();
    }
  }

  async #blow(blow: Blow, seconds: string): Promise<void> {
    const target = await this.#free(blow);
    const signal = { kill: 'SIGKILL', freeze: 'SIGSTOP', term: 'SIGTERM' }[blow.kind];
    this.#say(
      `${seconds} s  ${signal.padEnd(7)} ${target.name} (${target.pid}), back after ${blow.forMs} ms`,
    );
    this.struck += 1;
    const back = this.#outage(target, blow);
    void this.#follow(target.strike(blow).finally(back));
  }

  /** Notes an outage: of Redis for all, or of everything for a frozen process. Returns its end. */
  #outage({ role, pid }: Player, { kind }: Blow): () => void {
    const { outages, frozen } = this.#stage;
    if (role === 'redis') return outages.begin();
    if (kind !== 'freeze') return () => undefined;
    const own = frozen.get(pid) ?? new Outages();
    frozen.set(pid, own);
    return own.begin();
  }

  #follow(recovery: Promise<void>): Promise<void> {
    const followed = recovery
      .catch((error: unknown) => void this.#stage.complaints.push(messageOf(error)))
      .finally(() => this.#recovering.delete(followed));
    this.#recovering.add(followed);
    return followed;
  }

  /**
   * The process to strike: the planned one, else the next of its role that runs, else a worker or
   * orchestrator that runs. A plan that waits would strike nothing.
   */
  async #free({ role, nth }: Blow): Promise<Player> {
    const of = (asked: Role): readonly Player[] => this.#stage.players.filter((each) => each.role === asked);
    const turned = of(role).map((_, at, all) => all[(at + nth) % all.length]);
    const others = [...of('worker'), ...of('orchestrator')];
    const deadline = Date.now() + freeDeadlineMs;
    for (;;) {
      const free = [...turned, ...others].find((player) => player?.isFree);
      if (free !== undefined) return free;
      if (Date.now() > deadline) throw new Error(`nothing ran for ${freeDeadlineMs / 1000} s`);
      await delay(50);
    }
  }

  async #pause(forMs: number): Promise<void> {
    await this.#ask('pause', { reason: 'chaos' }, /is paused already/);
    const acknowledgedAt = Date.now();
    await delay(forMs);
    const resumeAskedAt = Date.now();
    // Another person or a rule may have paused the campaign meanwhile.
    await this.#ask('resume', { override: true, reason: 'chaos' }, /is not paused/);
    this.pauses.push({ acknowledgedAt, resumeAskedAt });
  }

  /**
   * Asks one orchestrator after the other until one answers.
   * @param done the refusal that says it was done before
   */
  async #ask(action: 'pause' | 'resume', body: object | undefined, done: RegExp): Promise<void> {
    const deadline = Date.now() + answerDeadlineMs;
    for (let n = 0; ; n += 1) {
      const { operators } = this.#stage;
      const operator = operators[n % operators.length];
      try {
        await operator?.ask('POST', `/v1/campaigns/${campaignName}/${action}`, body, 6_000);
        return;
      } catch (error) {
        const because = messageOf(error);
        if (done.test(because) || /it has (ended|not been started)/.test(because)) return;
        if (Date.now() > deadline) throw error;
        await delay(100);
      }
    }
  }
}

function wordsFor(order: Exclude<Order, { readonly kind: 'nobodyLeads' }>): string {
  if (order.kind === 'fleet') return `clients ${order.how}`;
  return order.kind === 'start' ? `start ${order.name}` : `${order.kind} the campaign`;
}
