import { readStatus } from '../../campaigns/report.ts';
import type { OrchestratorContext } from '../../context.ts';
import type { EventApproval } from '../schemas/events.ts';
import { headOf } from './conflate.ts';
import type { Audience, Head } from './frames.ts';

interface Known {
  /** With its questions, where it has any. */
  readonly whole: Head;
  readonly approvals: string;
  /** Real milliseconds. */
  readonly readAt: number;
}

/**
 * The states of the campaigns to which somebody listens, as they were read last, for readers that
 * may see the same.
 */
export class Heads {
  readonly #context: OrchestratorContext;
  readonly #reach: string;
  readonly #known = new Map<string, Known>();
  /** When a status was expected that was never read. */
  readonly #expectedAt = new Map<string, number>();

  /** @param audience one of these readers */
  constructor({ seen, reach }: Pick<Audience, 'seen' | 'reach'>) {
    this.#context = seen;
    this.#reach = reach;
  }

  /** Reads a campaign and says whether its questions have changed since it was read before. */
  async read(campaign: string, now: number): Promise<Head> {
    const status = await readStatus(this.#context, campaign);
    if (!status.ok) {
      this.#known.delete(campaign);
      this.#expectedAt.set(campaign, now);
      return this.#none(campaign);
    }
    const approvals: EventApproval = { campaign, approvals: status.value.approvals ?? [] };
    const text = JSON.stringify(approvals.approvals.map(withoutTimes));
    const before = this.#known.get(campaign)?.approvals ?? '[]';
    const asks = JSON.stringify(approvals);
    const head = { ...this.#none(campaign), data: headOf(status.value) };
    const whole = text === '[]' ? head : { ...head, asks };
    this.#known.set(campaign, { whole, approvals: text, readAt: now });
    return text === before ? head : { ...head, asks };
  }

  /**
   * For a reader that comes back: as it was read last, where that is not long ago, with its
   * questions, whether they have changed or not.
   */
  async recent(campaign: string, now: number, ageAtMostMs: number): Promise<Head> {
    const age = now - (this.#known.get(campaign)?.readAt ?? -Infinity);
    const head = age < ageAtMostMs ? null : await this.read(campaign, now);
    return this.#known.get(campaign)?.whole ?? head ?? this.#none(campaign);
  }

  /** How old the status is that readers know: since it was read, or was asked for first. */
  ageMs(campaign: string, now: number): number {
    const since = this.#known.get(campaign)?.readAt ?? this.#expectedAt.get(campaign) ?? now;
    this.#expectedAt.set(campaign, since);
    return now - since;
  }

  #none(campaign: string): Head {
    return { campaign, reach: this.#reach, data: null, asks: null };
  }
}

/** A question is the same after its time to expire has passed. */
const withoutTimes = (question: string): string => question.replace(/, (?:has expired|expires) .*$/, '');
