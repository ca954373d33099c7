import { isCampaignOver } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { profileOf } from '../../shared/products/profile.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { CampaignPlan, CampaignText } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import { type RollbackClients, rollbackClients } from '../domain/rollback-clients.ts';
import { whyNoRollback } from '../domain/rollback-release.ts';
import { yamlBytesAtMost } from '../input-file.ts';
import { rollbackFile } from '../input/rollback-file.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { storedSpelling } from '../spelling.ts';
import { planCampaign } from './create.ts';
import { readEdition } from './history.ts';
import { namesOfExcluded } from './plan.ts';

/** The campaign file that brings the clients of a campaign back to an older release. */
export interface CampaignRollback extends CampaignText {
  /** What the file would do; `excluded` names the clients that the campaign has not upgraded. */
  readonly plan: CampaignPlan;
}

/**
 * Writes the file of a campaign that installs an older release on the clients that this campaign
 * has upgraded, the last wave first. Creates nothing. Refused while a client is not finished, when
 * nothing was upgraded, and when the route of the release cannot install an older one.
 */
export async function rollBackCampaign(
  context: OrchestratorContext,
  name: string,
  { release: older, as = `${name}-rollback` }: { readonly release: string; readonly as?: string | undefined },
): Promise<Result<CampaignRollback, Refusal>> {
  const record = await context.store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const release = await storedSpelling(context.store, 'release', older);
  const refusal = whyStillOpen(record) ?? (await whyNoWay(context, record, release));
  if (refusal !== null) return err(refusal);
  const edition = await readEdition(context, name, null);
  if (!edition.ok) return edition;
  const clients = await clientsOf(context, record);
  const none = whyNone(name, clients);
  if (none !== null) return err(none);
  const waves = record.campaign.definition.waves
    .map(({ name: wave, gate }, index) => ({ name: wave, gate, clients: clients.waves[index] ?? [] }))
    .filter((wave) => wave.clients.length > 0)
    .toReversed();
  const text = rollbackFile(edition.value.text, { campaign: as, release, waves });
  if (Buffer.byteLength(text) > yamlBytesAtMost) return err(tooLarge(name));
  const { calendars } = edition.value;
  const input = { file: `${as}.yaml`, text, ...(calendars === undefined ? {} : { calendars }) };
  const planned = await planCampaign(context, input);
  if (!planned.ok) return planned;
  const excluded = [...clients.leftOut].map(([reason, names]) => namesOfExcluded(reason, names));
  return ok({ ...input, plan: { ...planned.value, excluded } });
}

/** A campaign that goes on upgrades further clients, which its rollback would miss. */
function whyStillOpen({ campaign: { definition, state, removal } }: CampaignRecord): Refusal | null {
  const name = definition.campaign;
  if (removal !== undefined) return fault('campaign.rollback', `campaign ${name} is being removed`);
  if (isCampaignOver(state)) return null;
  return fault(
    'campaign.rollback',
    `campaign ${name} is not over: its rollback would miss the clients that it upgrades from now on; end it first: servpack campaign abort ${name} --reason TEXT`,
  );
}

async function whyNoWay(
  { store }: OrchestratorContext,
  { campaign: { definition } }: CampaignRecord,
  name: string,
): Promise<Refusal | null> {
  const to = await store.readRelease(name);
  if (to === null) return notFound('release', name);
  const profile = profileOf(to);
  if (!profile.ok) return profile.error;
  const { product, update } = profile.value;
  const because = whyNoRollback(await store.readRelease(definition.release), to, { product, ...update });
  if (because === null) return null;
  return fault('campaign.rollback', `campaign ${definition.campaign} cannot go back to ${name}: ${because}`);
}

async function clientsOf(
  { store }: OrchestratorContext,
  { campaign: { definition } }: CampaignRecord,
): Promise<RollbackClients> {
  const name = definition.campaign;
  const upgrades = await Array.fromAsync(store.upgrades(name), ({ upgrade }) => upgrade);
  const waiting = await Array.fromAsync(store.waiting(name), ({ client }) => client);
  const asked = new Set(upgrades.map(({ client }) => client));
  const fleet = new Map<string, Client>();
  for await (const client of store.fleet()) if (asked.has(client.client)) fleet.set(client.client, client);
  return rollbackClients(definition.waves.length, upgrades, waiting, fleet);
}

function whyNone(name: string, { open, waves, leftOut }: RollbackClients): Refusal | null {
  if (open.length > 0)
    return fault(
      'campaign.rollback',
      `${open.length} ${open.length === 1 ? 'client' : 'clients'} of campaign ${name} ${open.length === 1 ? 'is' : 'are'} not finished, ${open[0]} for instance; wait until nothing is open`,
    );
  if (waves.some((clients) => clients.length > 0)) return null;
  const because = [...leftOut].map(([reason, clients]) => `${clients.length} (${reason})`).join(', ');
  return fault('campaign.rollback', `campaign ${name} has upgraded no client to bring back: ${because}`);
}

const tooLarge = (name: string): Refusal =>
  fault(
    'campaign.rollback',
    `campaign ${name} has upgraded more clients than a campaign file can name (${yamlBytesAtMost / 1024} KiB); write a campaign with the older release, and select its clients by label or logon server`,
  );
