import { awaitingOf, type Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';

/** The texts of an answer, in the order in which a person reads them. */
interface Said {
  readonly because: string;
  readonly next: { readonly action: string } | null;
  readonly remarks: readonly string[];
}

/**
 * Says a long reason of a pause, an abort or a halt once, where the reader meets it first. A stop
 * rule writes a reason of several lines, and cause, next action and remarks all name it.
 */
export function reasonsSaidOnce<Answer extends Said>(
  why: Answer,
  { campaign, halt = null }: { readonly campaign: Campaign; readonly halt?: Halt | null },
): Answer {
  const { state } = campaign;
  const reasons = [
    state.status === 'paused' || state.status === 'aborted' ? state.because : undefined,
    awaitingOf(state)?.paused?.because,
    halt?.because,
  ].filter((reason) => reason !== undefined);
  return reasons.filter(({ length }) => length > shortAtMost).reduce<Answer>(withReasonOnce, why);
}

/** So short a reason stays in each sentence, which then stands by itself. */
const shortAtMost = 40;

function withReasonOnce<Answer extends Said>(why: Answer, reason: string): Answer {
  let isSaid = false;
  const once = (text: string): string => {
    const at = placeOf(text, reason);
    if (at === null) return text;
    const shorter = isSaid ? text.slice(0, at) + text.slice(at + reason.length + 2) : text;
    isSaid = true;
    return shorter;
  };
  const because = once(why.because);
  const next = why.next === null ? null : { ...why.next, action: once(why.next.action) };
  return { ...why, because, next, remarks: why.remarks.map(once) };
}

/** Where `: REASON` stands as a clause of its own; null = nowhere. */
function placeOf(text: string, reason: string): number | null {
  const clause = `: ${reason}`;
  const at = text.indexOf(clause);
  const after = text.slice(at + clause.length);
  return at < 0 || (after !== '' && !after.startsWith(';')) ? null : at;
}
