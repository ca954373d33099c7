import type { LimitGain } from '../../shared/domain/campaign/binding.ts';
import type { LimitLeft } from './limit-left.ts';

/** A part of a limit that brings this share of its gain is named before it. */
const partShare = 2 / 3;

/** What was left out, and its gain. */
interface Found {
  readonly limits: readonly Pick<LimitLeft, 'key' | 'within'>[];
  readonly gain: LimitGain;
}

/** The gains, the largest first, and a part of a limit before the whole where it brings most. */
export function rankGains(found: readonly Found[]): readonly LimitGain[] {
  const value = ({ endMs, mostMs, endsOnlyWithout }: LimitGain): number =>
    endsOnlyWithout === true ? Infinity : (endMs ?? 0) * 1_000 + (mostMs ?? 0);
  const sorted = found.toSorted((a, b) =>
    value(a.gain) === value(b.gain) ? 0 : value(b.gain) - value(a.gain),
  );
  const order: Found[] = [];
  for (const each of sorted) {
    const [limit] = each.limits;
    const whole = order.findIndex(({ limits }) => isPartOf(limit, limits));
    const isMost = value(each.gain) >= partShare * value(order[whole]?.gain ?? each.gain);
    order.splice(whole >= 0 && isMost ? whole : order.length, 0, each);
  }
  return order.map(({ gain }) => gain);
}

const isPartOf = (limit: Found['limits'][number] | undefined, [wider]: Found['limits']): boolean =>
  limit?.within !== undefined && limit.within === wider?.key.split(' ', 1)[0];
