import { longestWindowMs } from '../../shared/domain/campaign/stop.ts';
import type { Fact, FactCounts } from '../../shared/domain/outcome/facts.ts';
import { type CampaignTable, count } from './tables.ts';

type Counts = Map<string, number>;

interface Facts {
  readonly at: number;
  readonly facts?: readonly Fact[];
  readonly ifCounted?: true;
}

export function addFacts(
  table: Pick<CampaignTable, 'facts' | 'record'>,
  client: string,
  { at, facts = [], ifCounted }: Facts,
): void {
  const longest = longestWindowMs(table.record.campaign.definition.stop);
  if (facts.length === 0 || (longest === null && ifCounted === true)) return;
  for (const { kind, cause } of facts)
    for (const name of cause === undefined ? [kind] : [kind, `|${cause}`, ...failure(kind, cause)]) {
      const clients = table.facts.get(name) ?? new Map<string, number>();
      table.facts.set(name, clients.set(client, Math.max(at, clients.get(client) ?? at)));
    }
  if (longest === null) return;
  for (const clients of table.facts.values())
    for (const [known, newest] of clients) if (newest <= at - longest) clients.delete(known);
}

const failure = (kind: Fact['kind'], cause: string): readonly string[] =>
  kind === 'failed' ? [`!${cause}`] : [];

export function countFacts(
  { facts }: Pick<CampaignTable, 'facts'>,
  since: readonly number[],
): readonly FactCounts[] {
  return since.map((after) => {
    const [kinds, causes, failures] = [0, 1, 2].map(() => new Map<string, number>()) as [
      Counts,
      Counts,
      Counts,
    ];
    for (const [name, clients] of facts) {
      const amount = [...clients.values()].filter((at) => at > after).length;
      if (name.startsWith('|')) count(causes, { [name.slice(1)]: amount });
      else if (name.startsWith('!')) count(failures, { [name.slice(1)]: amount });
      else count(kinds, { [name]: amount });
    }
    return {
      kinds: Object.fromEntries(kinds),
      causes: Object.fromEntries(causes),
      ...(failures.size === 0 ? {} : { failures: Object.fromEntries(failures) }),
    };
  });
}
