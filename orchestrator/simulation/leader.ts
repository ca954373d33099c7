import type { Campaign, CampaignDecision, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { rulesVersionOf } from '../../shared/rulebook.ts';
import { approvalAnswered } from '../../shared/domain/upgrade/approval.ts';
import { requestId, requestsOf } from '../domain/approval-requests.ts';
import { cancelOrderOf } from '../domain/cancel-order.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { healthStep } from '../domain/health-looks.ts';
import { nextMoment } from '../domain/next-moment.ts';
import { countsSince } from '../domain/stops.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { Admission } from './admission.ts';
import type { Books } from './books.ts';
import type { Observer } from './observer.ts';
import type { Row } from './row.ts';
import type { Rulings } from './rulings.ts';

/** What the leader asks of the simulation. */
export interface LeaderEvents {
  /** A round at this time. */
  round(at: number): void;
  /** A person answers the campaign's question of this name. */
  approval(id: string, at: number): void;
  /** A survey looks at the upgraded clients of this wave. */
  survey(wave: number): Promise<void>;
}

interface LeaderParts {
  readonly books: Books;
  readonly rulings: Rulings;
  readonly observer: Observer;
  readonly events: LeaderEvents;
  /** How long a person takes to approve; null = nobody ever answers. */
  readonly approvalMs: number | null;
}

/** A person who is neither its author nor its operator. */
export const approver = 'approver (assumed)';

/** Runs a simulated campaign as the leader does: judges it when its numbers change, and admits. */
export class Leader {
  readonly #parts: LeaderParts;
  readonly #admission: Admission;
  readonly #asked = new Set<string>();
  #judgedChanges = -1;
  #judgedFacts = -1;
  #isChanged = true;
  #judgeAt: number | null = null;
  #admitAt: number | null = null;
  #isSlotFree = true;

  constructor(parts: LeaderParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts.books, parts.observer);
  }

  /** Somebody may be admitted. */
  slotFree(): void {
    this.#isSlotFree = true;
  }

  /** Has anything changed since the last round that a round acts upon? */
  get isWanted(): boolean {
    const { counts, factChanges } = this.#parts.books;
    return (
      this.#isSlotFree ||
      this.#isChanged ||
      counts.changes !== this.#judgedChanges ||
      factChanges !== this.#judgedFacts
    );
  }

  /** One round; afterwards it asks for the next one where time alone changes something. */
  async round(at: number): Promise<void> {
    const { books, events } = this.#parts;
    if (this.#mustJudge(at)) await this.#judge(at);
    if (this.#isSlotFree || (this.#admitAt !== null && this.#admitAt <= at)) {
      this.#isSlotFree = false;
      this.#admitAt = this.#admission.admit(at);
    }
    const { status } = books.campaign.state;
    const moments = [this.#judgeAt, status === 'running' ? this.#admitAt : null].filter(
      (time) => time !== null,
    );
    if (moments.length > 0) events.round(Math.min(...moments));
  }

  #mustJudge(at: number): boolean {
    const { counts, factChanges } = this.#parts.books;
    return (
      this.#isChanged ||
      counts.changes !== this.#judgedChanges ||
      factChanges !== this.#judgedFacts ||
      (this.#judgeAt !== null && this.#judgeAt <= at)
    );
  }

  async #judge(at: number): Promise<void> {
    const { books, events } = this.#parts;
    do {
      this.#isChanged = false;
      const { counts, factChanges } = books;
      this.#judgedChanges = counts.changes;
      this.#judgedFacts = factChanges;
      const facts = this.#facts(at);
      const event = { type: 'CountersRead', counters: counts.sums(), ...facts } as const;
      this.decide(event, at);
      const step = healthStep(books.campaign, counts.sums(), at);
      if (step?.kind === 'begin') await events.survey(step.wave);
    } while (this.#isChanged);
    this.#judgeAt = nextMoment(books.campaign, books.counts.sums(), at);
    if (this.#judgeAt !== null && this.#judgeAt <= at) this.#judgeAt = at + 1_000;
    this.#askPeople(at);
    if (books.counts.changes !== this.#judgedChanges) this.#isChanged = true;
  }

  #facts(at: number): { readonly facts?: readonly FactCounts[] } {
    const { campaign, facts } = this.#parts.books;
    const { stop } = campaign.definition;
    if (stop === undefined || facts === null) return {};
    const begun = 'startedAt' in campaign.state ? campaign.state : {};
    return { facts: stop.map((rule) => facts.since(countsSince(rule, begun, at))) };
  }

  /** Gives the campaign an event; what it decides holds at once. */
  decide(event: CampaignEvent, at: number): CampaignDecision {
    const { books, rulings, observer } = this.#parts;
    const decision = decideCampaign(books.campaign, event, at);
    if (decision.kind !== 'changed') return decision;
    const before = books.campaign;
    books.campaign = decision.campaign;
    this.#isChanged = true;
    this.#isSlotFree = true;
    rulings.read(decision.campaign);
    observer.campaign?.({ campaign: decision.campaign, at, because: decision.because });
    if (isOver(before) !== isOver(decision.campaign)) this.#cancel(at);
    this.#wakeAnswered(before, at);
    return decision;
  }

  #askPeople(at: number): void {
    const { books, events, approvalMs } = this.#parts;
    const { campaign } = books;
    if (approvalMs === null) return;
    for (const request of requestsOf(campaign)) {
      const id = requestId(campaign.definition.campaign, request);
      if (request.answer !== undefined || this.#asked.has(id)) continue;
      this.#asked.add(id);
      events.approval(id, Math.max(at, request.since + approvalMs));
    }
  }

  /** Clients that wait for a step which was just answered for the whole campaign go on. */
  #wakeAnswered(before: Campaign, at: number): void {
    const { books } = this.#parts;
    if (rulesVersionOf(before).changes === rulesVersionOf(books.campaign).changes) return;
    for (const row of books.rows.values()) {
      const { ask } = row.upgrade.memory.history.approvals ?? { ask: null };
      if (ask === null || !ask.isForAll || row.index === 'driven') continue;
      const request = requestsOf(books.campaign).findLast(
        ({ subject }) => 'remediation' in subject && subject.remediation === ask.step,
      );
      if (request?.answer === undefined) continue;
      const decision = approvalAnswered(row.upgrade, { ...request.answer, forAll: ask.step });
      if (decision.kind === 'changed') this.#changeIdle(row, decision, at);
    }
  }

  /** The campaign is over: clients that are not finished are cancelled, as by the leader. */
  #cancel(at: number): void {
    const { books, rulings } = this.#parts;
    const order = cancelOrderOf(books.campaign);
    if (order === null) return;
    const event = { type: 'EndRequested', ending: order.ending } as const;
    for (const row of books.rows.values()) {
      const { upgrade, index } = row;
      if (index === 'settled' || upgrade.memory.request !== null || !order.isAsked(row)) continue;
      if (index === 'driven') {
        books.deliver(row, event, at);
        continue;
      }
      const decision = decide(rulings.of(row.client), upgrade, event, at);
      if (decision.kind === 'changed') this.#changeIdle(row, decision, at);
    }
  }

  #changeIdle(
    row: Row,
    {
      upgrade,
      because,
    }: Pick<Extract<ReturnType<typeof decide>, { kind: 'changed' }>, 'upgrade' | 'because'>,
    at: number,
  ): void {
    const { books, observer } = this.#parts;
    const before = row.upgrade;
    books.commitIdle(row, upgrade, at);
    observer.upgrade?.({ client: row.client, before, after: upgrade, at, because });
  }
}

/** Are clients cancelled that are not finished? */
const isOver = (campaign: Campaign): boolean => cancelOrderOf(campaign) !== null;
