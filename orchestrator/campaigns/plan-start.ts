import { lookReport } from '../../shared/domain/survey/last-look.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { Planned } from '../../shared/domain/campaign/planned.ts';
import { profileOf } from '../../shared/products/profile.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { OrchestratorContext } from '../context.ts';
import { planAtStart } from '../lookback/plan-at-start.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { KnownLook } from '../simulation/from-looks.ts';

/** Models of machines have this product. */
const product = 'sms-1.2';
const pieceSize = 1_000;
/** A larger fleet is not read for a plan. */
const clientsAtMost = 200_000;

/**
 * Plans a campaign that has just started, from its clients and the last looks at them. A campaign
 * that cannot be planned has a plan that says why.
 */
export async function planStart(
  { store, clock }: Pick<OrchestratorContext, 'store' | 'clock'>,
  name: string,
): Promise<Result<Planned, Refusal>> {
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { campaign } = record;
  const madeAt = clock.now();
  const no = (because: string): Result<Planned, Refusal> => ok({ madeAt, because, end: null });
  const size = campaign.waveSizes.reduce((sum, each) => sum + each, 0);
  if (size > clientsAtMost) return no(`it has ${size} clients; at most ${clientsAtMost} are planned`);
  const release = await store.readRelease(campaign.definition.release);
  if (release === null) return no(`release ${campaign.definition.release} is not known`);
  if (release.product !== product) return no(`product ${release.product} has no model machines yet`);
  const profile = profileOf(release);
  if (!profile.ok) return no(profile.error.message);
  const clients = await clientsOf(store, name);
  const looks = await looksAt(store, clients);
  return ok(await planAtStart({ campaign, clients, looks, profile: profile.value, madeAt }));
}

/** The clients by name: the order in which the store gives them is of no meaning. */
async function clientsOf(store: OperatorStore, campaign: string): Promise<readonly Client[]> {
  const names = new Set<string>();
  for await (const { client } of store.waiting(campaign)) names.add(client);
  for await (const { upgrade } of store.upgrades(campaign)) names.add(upgrade.client);
  const sorted = [...names].sort();
  const found: Client[] = [];
  for (let at = 0; at < sorted.length; at += pieceSize)
    for (const client of await store.readClients(sorted.slice(at, at + pieceSize)))
      if (client !== null) found.push(client);
  return found;
}

async function looksAt(store: OperatorStore, clients: readonly Client[]): Promise<readonly KnownLook[]> {
  const found: KnownLook[] = [];
  for (let at = 0; at < clients.length; at += pieceSize) {
    const piece = clients.slice(at, at + pieceSize);
    const looks = await store.lastLooks(piece.map(({ client }) => client));
    looks.forEach((look, index) => {
      const client = piece[index]?.client;
      if (look !== null && client !== undefined && look.product === product)
        found.push(lookReport(client, true, look));
    });
  }
  return found;
}
