import { setTimeout as delay } from 'node:timers/promises';
import { chance, within } from '../../../../orchestrator/simulation/machines/chance.ts';
import type { Operator } from '../../operator.ts';
import { campaignName, sideName, type StoppedName } from '../campaign-file.ts';
import type { Ledger } from './ledger.ts';

interface Question {
  readonly id: string;
  readonly shown: string;
}

interface Status {
  readonly status: string;
  readonly paused: { readonly by: string } | null;
}

interface Hook {
  readonly hook: string;
  readonly state: string;
}

const betweenMs = 250;
const answerWithinMs = 6_000;
const answersAtOnce = 25;
/** From the question to its answer. */
const thinksFor = [0, 1_500] as const;
/** Real time. */
const haltedForMs = 3_000;
/** A rejected wave is asked about again, and must open in the end. */
const lastRejection = 3;

/**
 * The second person of a run. Answers questions, decides on hooks that wait for a person, ends
 * halts, and resumes campaigns that a rule, a question or the person has paused. Orchestrators that
 * do not answer are asked again later.
 */
export class Caretaker {
  readonly #operators: readonly Operator[];
  readonly #ledger: Ledger;
  readonly #seed: string;
  readonly #firstSeen = new Map<string, number>();
  readonly #stopped = new AbortController();
  readonly #loop: Promise<void>;
  #turn = 0;
  #haltSeenAt: number | null = null;
  /** The last wave waits for the last import: a campaign that has ended takes no client. */
  mayOpenLast = false;
  /** Pauses of the plan are none of this person's business while the plan runs. */
  resumesEveryPause = false;

  constructor(operators: readonly Operator[], ledger: Ledger, seed: string) {
    this.#operators = operators;
    this.#ledger = ledger;
    this.#seed = seed;
    this.#loop = this.#run();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#turn += 1;
      for (const step of [
        () => this.#answer(),
        () => this.#attend(campaignName),
        () => this.#attend(sideName),
        () => this.#attend('alarm' satisfies StoppedName),
        () => this.#liftHalt(),
      ])
        // An orchestrator may be down, frozen, or busy with the same campaign.
        await step().catch(() => undefined);
      await delay(betweenMs);
    }
  }

  #ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const operator = this.#operators[this.#turn % this.#operators.length];
    if (operator === undefined) throw new Error('no orchestrator');
    return operator.ask(method, path, body, answerWithinMs);
  }

  async #answer(): Promise<void> {
    const path = `/v1/approvals?campaign=${campaignName}`;
    const { approvals } = (await this.#ask('GET', path)) as { approvals: readonly Question[] };
    const due = approvals.filter(({ id }) => this.#isDue(id)).slice(0, answersAtOnce);
    for (const { id, shown } of due) {
      const is = this.#wants(id);
      if (is === null) continue;
      this.#ledger.answers.push({ id, is, askedAt: Date.now() });
      const body = { id, answer: is, shown, ...(is === 'rejected' ? { reason: 'not now' } : {}) };
      const isTwice = chance(this.#seed, 'twice', id) < 0.1;
      const own = this.#turn % this.#operators.length;
      const asked = isTwice ? this.#operators : this.#operators.slice(own, own + 1);
      await Promise.allSettled(
        asked.map((operator) => operator.ask('POST', '/v1/approvals', body, answerWithinMs)),
      );
    }
  }

  #isDue(id: string): boolean {
    const seen = this.#firstSeen.get(id) ?? Date.now();
    this.#firstSeen.set(id, seen);
    return Date.now() >= seen + within(thinksFor, chance(this.#seed, 'thinks', id));
  }

  /** Null = the question is left to expire, or to wait. */
  #wants(id: string): 'approved' | 'rejected' | null {
    const [, kind, name, round = '1'] = id.split('/');
    const toss = chance(this.#seed, 'wants', id);
    if (kind === 'client') return toss < 0.1 ? 'rejected' : toss < 0.2 ? null : 'approved';
    if (name === 'last') return this.mayOpenLast ? 'approved' : null;
    if (Number(round) >= lastRejection) return 'approved';
    // Without an answer the first question about the wave expires.
    return toss < 0.35 ? 'rejected' : toss < 0.6 && round === '1' && name === 'early' ? null : 'approved';
  }

  async #attend(campaign: string): Promise<void> {
    const path = `/v1/campaigns/${campaign}`;
    const { status, paused } = (await this.#ask('GET', path)) as Status;
    if (status !== 'paused' || paused === null) return;
    if (paused.by === 'hooks') {
      const { hooks } = (await this.#ask('GET', `${path}/hooks`)) as { hooks: readonly Hook[] };
      for (const { hook, state } of hooks.filter(
        (each) => each.state === 'stop' || each.state === 'unknown',
      )) {
        const answer = chance(this.#seed, 'hook', hook, state, this.#turn) < 0.5 ? 'retry' : 'accept';
        await this.#ask('POST', `${path}/hooks/${hook}/${answer}`, { reason: `it was ${state}` });
      }
      return;
    }
    if (paused.by.startsWith('kim') && !this.resumesEveryPause) return;
    await this.#ask('POST', `${path}/resume`, { override: true, reason: 'it has been looked at' });
  }

  /** A halt lasts for a while, so that what it must hold back can show. */
  async #liftHalt(): Promise<void> {
    const { halted } = (await this.#ask('GET', '/v1/halt')) as { halted: object | null };
    this.#haltSeenAt = halted === null ? null : (this.#haltSeenAt ?? Date.now());
    if (this.#haltSeenAt === null || Date.now() < this.#haltSeenAt + haltedForMs) return;
    await this.#ask('POST', '/v1/unhalt', { override: true, reason: 'it has been looked at' });
  }
}
