import { counted } from './counted.ts';
import type { CampaignDefinition, Wave } from '../../shared/domain/campaign/definition.ts';
import type { Plan } from './plan-waves.ts';
import { printWhere } from '../../shared/domain/campaign/where.ts';

/** Exclusions and waves that choose other clients than their author may think: a sentence each. */
export const selectionWarnings = (definition: CampaignDefinition, plan: Plan): readonly string[] => [
  ...plan.excluded
    .filter(({ clients }) => clients.length === 0)
    .map(({ exclusion }) => `exclude: "${exclusion.reason}" leaves out no client that is selected`),
  ...definition.waves.flatMap((wave, index) => [
    ...emptyWave(wave, plan, index),
    ...elsewhere(wave, plan, index),
  ]),
];

function emptyWave({ name, size }: Wave, { waves }: Plan, index: number): readonly string[] {
  if (waves[index]?.clients.length !== 0) return [];
  return [`wave ${name} has no client: ${whyEmpty(size)}`];
}

function whyEmpty(size: Wave['size']): string {
  if ('where' in size) return `no client is left that fulfils ${printWhere(size.where)}`;
  if ('logonServers' in size) return `no client is left on logon server ${size.logonServers.join(' or ')}`;
  return 'clients' in size ? 'no named client is left' : 'the waves before it have every client';
}

/** The most entries that a list shows. */
const namesAtMost = 5;

/** Clients that a wave names, and where they are instead. */
function elsewhere({ name, size }: Wave, plan: Plan, index: number): readonly string[] {
  if (!('clients' in size)) return [];
  const missing = new Set(size.clients);
  for (const { client } of plan.waves[index]?.clients ?? []) missing.delete(client);
  if (missing.size === 0) return [];
  const places = placesOf(missing, plan);
  const said = [...missing]
    .slice(0, namesAtMost)
    .map((client) => `${client} ${places.get(client) ?? 'is not selected'}`);
  const more = missing.size > namesAtMost ? `, and ${missing.size - namesAtMost} more` : '';
  const of = `${missing.size} of ${counted(size.clients.length, 'named client')}`;
  return [`wave ${name}: ${of} ${missing.size === 1 ? 'is' : 'are'} not in it: ${said.join(', ')}${more}`];
}

function placesOf(names: ReadonlySet<string>, { waves, excluded }: Plan): ReadonlyMap<string, string> {
  const groups = [
    ...waves.map(({ name, clients }) => ({ clients, says: `is in wave ${name}` })),
    ...excluded.map(({ exclusion, clients }) => ({ clients, says: `is left out (${exclusion.reason})` })),
  ];
  return new Map(
    groups.flatMap(({ clients, says }) =>
      clients.filter(({ client }) => names.has(client)).map(({ client }) => [client, says] as const),
    ),
  );
}
