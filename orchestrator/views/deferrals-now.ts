import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { type WaitClass, waitClasses } from '../../shared/domain/rules/policy.ts';

/** Clients that are deferred now, and deferrals in all, by class: the most frequent first. */
export const deferralsOf = (
  counters: Counters,
): readonly { readonly class: WaitClass; readonly now: number; readonly inAll: number }[] =>
  waitClasses
    .map((kind) => ({
      class: kind,
      now: counters[`deferred|${kind}`] ?? 0,
      inAll: counters[`deferrals|${kind}`] ?? 0,
    }))
    .filter(({ now, inAll }) => now > 0 || inAll > 0)
    .sort((a, b) => b.inAll - a.inAll);
