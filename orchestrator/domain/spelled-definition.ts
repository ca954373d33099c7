import type { CampaignDefinition, Client, Criterion, Wave } from '../../shared/domain/campaign/definition.ts';
import { nameOf } from '../../shared/domain/campaign/machine.ts';
import type { LogonServerNames } from './logon-server-names.ts';

/** The campaign file with its logon servers and clients as the fleet spells them. */
export function spelledAsInFleet(
  definition: CampaignDefinition,
  servers: LogonServerNames,
  fleet: readonly Client[],
): CampaignDefinition {
  const { select, budgets } = definition;
  const { exclude } = select;
  const { maxDownloads } = budgets;
  const limits = Object.entries(maxDownloads?.at ?? {}).map(
    ([name, most]) => [servers.of(name), most] as const,
  );
  return {
    ...definition,
    select: {
      ...select,
      logonServers: select.logonServers.map((name) => servers.of(name)),
      clients: spelledClients(select.clients, fleet),
      ...(exclude === undefined ? {} : { exclude: exclude.map((each) => spelledCriterion(each, fleet)) }),
    },
    waves: definition.waves.map((wave) => ({ ...wave, size: spelledCriterion(wave.size, fleet) })),
    budgets:
      maxDownloads === undefined
        ? budgets
        : { ...budgets, maxDownloads: { ...maxDownloads, at: Object.fromEntries(limits) } },
  };
}

const spelledCriterion = <C extends Criterion | Wave['size']>(criterion: C, fleet: readonly Client[]): C =>
  'clients' in criterion ? { ...criterion, clients: spelledClients(criterion.clients, fleet) } : criterion;

/**
 * The names of clients as the fleet spells them. A name that is a client as it is typed is that
 * client; a fleet of an earlier version may have two clients that differ by case only.
 */
function spelledClients(typed: readonly string[], fleet: readonly Client[]): readonly string[] {
  const spellings = new Map<string, string[]>(typed.map((name) => [nameOf(name), []]));
  for (const { client } of spellings.size === 0 ? [] : fleet) spellings.get(nameOf(client))?.push(client);
  const spelled = typed.flatMap((name) => {
    const found = spellings.get(nameOf(name)) ?? [];
    return found.length === 0 || found.includes(name) ? [name] : found;
  });
  return [...new Set(spelled)];
}
