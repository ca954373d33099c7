import { type Copies, type NotStaged, serversNotStaged } from '../../shared/domain/copies.ts';
import type { CampaignDefinition, Client, Release } from '../../shared/domain/definition.ts';
import type { Forecast } from '../../shared/domain/forecast.ts';
import { type Plan, planWaves } from '../../shared/domain/plan.ts';
import { isoOf } from '../../shared/domain/restart.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { parseCampaign } from '../../shared/input/campaign-file.ts';
import { type Profile, profileOf } from '../../shared/products/profile.ts';
import type { Office } from '../office.ts';
import { isUsable } from '../releases/usable.ts';
import { copiesOf } from './report.ts';
import { badFile, type Refusal } from '../refusal.ts';

/** A file as an operator hands it over: its text, and its name for the faults. */
export interface InputFile {
  readonly file: string;
  readonly text: string;
}

export interface CountByLogonServer {
  readonly logonServer: string;
  readonly clients: number;
}

/** What a campaign file would do; nothing has been touched. */
export interface CampaignPlan {
  readonly campaign: string;
  readonly release: string;
  readonly releaseStaged: boolean;
  readonly start: CampaignDefinition['start'];
  /** ISO 8601, UTC; null = as soon as it is started. */
  readonly startAt: string | null;
  /** Clients in the fleet, and how many of them the file selects. */
  readonly fleet: number;
  readonly selected: number;
  /** Servers among the selected: they are looked at and skipped, never changed. */
  readonly servers: number;
  /** Every client of the site takes the release at its next logon, in whichever wave it is. */
  readonly siteWide: boolean;
  /** Selected clients that no wave has room for; with any the campaign is refused. */
  readonly left: number;
  /** Logon servers of the selected whose copy of the release is not verified, as far as somebody has looked. */
  readonly notStaged: readonly NotStaged[];
  readonly waves: readonly {
    readonly wave: string;
    readonly clients: number;
    readonly logonServers: readonly CountByLogonServer[];
  }[];
  readonly logonServers: readonly CountByLogonServer[];
  /** What the last looks say about the selected clients; null where nobody asked. */
  readonly forecast: Forecast | null;
}

/** A campaign file that may become a campaign. */
export interface Draft {
  readonly definition: CampaignDefinition;
  /** Null while its release is not staged. */
  readonly product: string | null;
  readonly plan: CampaignPlan;
  readonly waves: Plan['waves'];
}

/**
 * Reads a campaign file against the fleet and the releases. Refused when the file has faults, names clients that the fleet does
 * not have, a release whose product is not known, or one whose profile can not do what the ladder asks. Clients left over and a release yet to be staged do not refuse a plan.
 */
export async function draftCampaign(
  { store }: Office,
  { file, text }: InputFile,
): Promise<Result<Draft, Refusal>> {
  const parsed = parseCampaign(text, file);
  if (!parsed.ok) return err(badFile(file, parsed.error));
  const definition = parsed.value;
  const release = await store.readRelease(definition.release);
  const profile = release === null ? null : profileOf(release);
  if (profile?.ok === false) return profile;
  const useless = profile?.ok === true ? uselessStep(definition, profile.value) : null;
  if (useless !== null) return err(useless);
  const fleet = await Array.fromAsync(store.fleet());
  const unknown = unknownNames(definition, fleet);
  if (unknown !== null) return err(unknown);
  const { waves, left } = planWaves(definition, fleet);
  const copies = await copiesOf(store, release);
  return ok({
    definition,
    product: release?.product ?? null,
    waves,
    plan: planOf(definition, fleet.length, { waves, left }, { release, copies }),
  });
}

/** Only files that servpack brings itself can wait for a restart. */
function uselessStep({ release, policy }: CampaignDefinition, { product, update }: Profile): Refusal | null {
  if (!policy.ladder.includes('replaceAtRestart') || update.route === 'push') return null;
  return fault(
    'campaign.ladder',
    `the ladder has replaceAtRestart, but servpack does not bring the files of ${release} itself: ` +
      `the product profile ${product} has route ${update.route}, and it needs route push`,
  );
}

/** A client or logon server that is spelled wrong would be left out without a word. */
function unknownNames({ select }: CampaignDefinition, fleet: readonly Client[]): Refusal | null {
  const clients = new Set(fleet.map(({ client }) => client));
  const servers = new Set(fleet.map(({ logonServer }) => logonServer));
  const missing = [
    ...select.clients.filter((client) => !clients.has(client)).map((client) => `client ${client}`),
    ...select.logonServers.filter((server) => !servers.has(server)).map((server) => `logon server ${server}`),
  ];
  if (missing.length === 0) return null;
  const more = missing.length > 5 ? `, and ${missing.length - 5} more` : '';
  return fault(
    'campaign.unknownNames',
    `the campaign selects what the fleet does not have: ${missing.slice(0, 5).join(', ')}${more}`,
  );
}

function planOf(
  definition: CampaignDefinition,
  fleet: number,
  { waves, left }: Plan,
  { release, copies }: { readonly release: Release | null; readonly copies: Copies | null },
): CampaignPlan {
  const taken = waves.flatMap(({ clients }) => clients);
  return {
    campaign: definition.campaign,
    release: definition.release,
    releaseStaged: isUsable(release),
    start: definition.start,
    startAt: definition.startAt === null ? null : isoOf(definition.startAt),
    fleet,
    selected: taken.length + left,
    siteWide: release?.siteWide === true,
    servers: taken.filter(({ role }) => role === 'server').length,
    left,
    notStaged: copies === null ? [] : serversNotStaged(copies, byLogonServer(taken)),
    waves: waves.map(({ name, clients }) => ({
      wave: name,
      clients: clients.length,
      logonServers: byLogonServer(clients),
    })),
    logonServers: byLogonServer(taken),
    forecast: null,
  };
}

function byLogonServer(clients: readonly Client[]): readonly CountByLogonServer[] {
  const count = new Map<string, number>();
  for (const { logonServer } of clients) count.set(logonServer, (count.get(logonServer) ?? 0) + 1);
  return [...count]
    .map(([logonServer, found]) => ({ logonServer, clients: found }))
    .sort((a, b) => (a.logonServer < b.logonServer ? -1 : 1));
}
