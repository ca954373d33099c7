import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';

const hourMs = 3_600_000;

/** A Monday evening: the same file gives the same stories on every day. */
const usualStart = Temporal.Instant.from('2027-01-04T18:00Z').epochMilliseconds;

/**
 * When the campaign of a proof starts: at its own time, or so long before its end or its first
 * blackout that its clients have begun by then.
 */
export function defaultStart({ startAt, policy, calendar }: CampaignDefinition): number {
  if (startAt !== null) return startAt;
  if (policy.end !== undefined) return policy.end.at - 12 * hourMs;
  const [first] = (calendar?.blackouts ?? []).map(({ from }) => momentOf(from)).toSorted((a, b) => a - b);
  return first === undefined ? usualStart : first - 2 * hourMs;
}

const momentOf = (edge: string | number): number =>
  typeof edge === 'number' ? edge : Temporal.Instant.from(`${edge}Z`).epochMilliseconds;
