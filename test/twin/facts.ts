import { longestWindowMs } from '../../shared/domain/campaign/stop.ts';
import type { Fact, FactCounts } from '../../shared/domain/outcome/facts.ts';
import { type CampaignTable, count } from './tables.ts';

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
    for (const name of cause === undefined ? [kind] : [kind, `|${cause}`]) {
      const clients = table.facts.get(name) ?? new Map<string, number>();
      table.facts.set(name, clients.set(client, Math.max(at, clients.get(client) ?? at)));
    }
  if (longest === null) return;
  for (const clients of table.facts.values())
    for (const [known, newest] of clients) if (newest <= at - longest) clients.delete(known);
}

export function countFacts(
  { facts }: Pick<CampaignTable, 'facts'>,
  since: readonly number[],
): readonly FactCounts[] {
  return since.map((after) => {
    const [kinds, causes] = [new Map<string, number>(), new Map<string, number>()];
    for (const [name, clients] of facts) {
      const amount = [...clients.values()].filter((at) => at > after).length;
      if (name.startsWith('|')) count(causes, { [name.slice(1)]: amount });
      else count(kinds, { [name]: amount });
    }
    return { kinds: Object.fromEntries(kinds), causes: Object.fromEntries(causes) };
  });
}
