import { calendarFor } from '../../shared/domain/campaign/calendar.ts';
import { policyFor } from '../../shared/domain/campaign/client-rules.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { fulfilling } from '../domain/criterion.ts';
import { selecting } from '../domain/plan-waves.ts';
import type { Asked } from './asked.ts';

/** Clients that are looked at together. */
export interface Group {
  readonly clients: readonly Client[];
  /**
   * All are in one wave. Waves of a few clients hold one each, while those of a fleet hold many to
   * which the same rules apply.
   */
  readonly inOneWave: boolean;
}

/**
 * The groups of a proof: each client alone, which goes deepest; as many clients of one kind as must
 * not be down at once; all clients. Kinds to which the same rules apply are looked at once.
 */
export function groupsOf(
  definition: CampaignDefinition,
  clients: readonly Client[],
  { names, neverDown }: Asked,
): readonly Group[] {
  const kinds = kindsOf(definition, clients);
  const most = neverDown?.most ?? 0;
  // One client alone is never more than the allowed number.
  const isOfMany = names.every((name) => name === 'neverDown') && most > 0;
  const alone = isOfMany ? [] : kinds.map((kind): Group => ({ clients: [kind], inOneWave: true }));
  const alike =
    neverDown === null || most === 0 ? [] : kinds.map((kind) => alikeOf(definition, clients, kind, most + 1));
  const needed = alike.filter((group) => group.clients.length > most);
  return [...alone, ...needed, { clients, inOneWave: false }];
}

function kindsOf(definition: CampaignDefinition, clients: readonly Client[]): readonly Client[] {
  const rulesOf = (client: Client): string =>
    JSON.stringify([
      client.zone,
      policyFor(definition.policy, client),
      calendarFor(definition, client),
      definition.waves[waveFor(definition, client)]?.gate,
    ]);
  return [...Map.groupBy(clients, rulesOf).values()].flatMap(([first]) => first ?? []);
}

/** Clients that differ from this one in nothing but their names. */
function alikeOf(
  { select }: CampaignDefinition,
  clients: readonly Client[],
  kind: Client,
  count: number,
): Group {
  const formOf = ({ logonServer, zone, labels }: Client): string =>
    JSON.stringify([logonServer, zone, labels]);
  const present = clients.filter((each) => formOf(each) === formOf(kind));
  const isIn = selecting(select);
  const names = Array.from({ length: 200 }, (_, at) => `${kind.client.replace(/-\d+$/, '')}-${at + 1}`);
  const made = names
    .filter((name) => clients.every(({ client }) => client !== name))
    .map((name): Client => ({ ...kind, client: name, host: name }))
    .filter((client) => isIn(client));
  return { clients: [...present, ...made].slice(0, count), inOneWave: true };
}

/** The first wave of a fleet that takes clients such as this one, and more than one of them. */
export function waveFor({ waves }: CampaignDefinition, client: Client): number {
  const found = waves.findIndex(({ size }) => {
    if ('rest' in size || 'percent' in size) return true;
    return 'count' in size ? size.count > 1 : fulfilling(size)(client);
  });
  return Math.max(0, found);
}
