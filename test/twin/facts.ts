import type { Fact, FactCounts } from '../../shared/domain/outcome/facts.ts';
import { type CampaignTable, count } from './tables.ts';

export function addFacts(
  table: Pick<CampaignTable, 'facts'>,
  client: string,
  at: number,
  facts: readonly Fact[] = [],
): void {
  for (const { kind, cause } of facts)
    for (const name of cause === undefined ? [kind] : [kind, `|${cause}`]) {
      const clients = table.facts.get(name) ?? new Map<string, number>();
      table.facts.set(name, clients.set(client, Math.max(at, clients.get(client) ?? at)));
    }
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
