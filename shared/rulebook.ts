import { clientHookRules } from './domain/campaign/hooks.ts';
import { policyFor } from './domain/campaign/client-rules.ts';
import { stepApprovals } from './domain/campaign/step-approvals.ts';
import type { Campaign } from './domain/campaign/campaign.ts';
import { calendarFor } from './domain/campaign/calendar.ts';
import type { Client, Release } from './domain/campaign/definition.ts';
import type { StepTimes } from './domain/rules/fit.ts';
import type { Rules } from './domain/rules/policy.ts';
import { restartRules } from './domain/rules/restart-limits.ts';
import { statesBy } from './domain/outcome/states.ts';
import { type Profile, profileOf, rulesOf } from './products/profile.ts';
import type { CampaignStore } from './store/campaign-store.ts';
import type { ReleaseStore } from './store/release-store.ts';

/** What holds for every client of one campaign; what follows from its labels is its own. */
export type CampaignRules = Omit<Rules, 'zone' | 'calendar' | 'fit' | 'restarts'>;

/** What workers know of a campaign, and what holds in it for each client. */
export interface CampaignReading {
  readonly rules: CampaignRules;
  readonly profile: Profile;
  readonly release: Release;
  /** How long steps take by the campaign file; left out where steps need not fit. */
  readonly stepTimes?: StepTimes;
  /** What is the client's own in its rules. */
  readonly ownOf: (client: Client) => Pick<Rules, 'zone' | 'policy' | 'calendar' | 'restarts'>;
}

/** Which rules of a campaign's name are meant. */
export interface RulesVersion {
  /** As an activation names it (`lifeOf`). */
  readonly life: number;
  /** How often the rules were changed in this life: by an edit, or by an answer about a step. */
  readonly changes: number;
}

export interface Rulebook {
  /** @param version null = the present rules */
  of(campaign: string, version: RulesVersion | null): Promise<CampaignReading>;
}

/** What the rules of a campaign are read from. */
type RuleSource = Pick<CampaignStore & ReleaseStore, 'readCampaign' | 'readRelease' | 'counters'>;

type Reading = ReturnType<Rulebook['of']>;

/**
 * A campaign's definition and its release are read once per process and version of the rules. A
 * later campaign of the same name is another life, and is read again.
 */
export function openRulebook(store: RuleSource): Rulebook {
  const known = new Map<string, { readonly version: RulesVersion; readonly reading: Reading }>();
  const of = (campaign: string, version: RulesVersion): Reading => {
    const found = known.get(campaign);
    if (found !== undefined && isSame(found.version, version)) return found.reading;
    const reading = read(store, campaign);
    known.set(campaign, { version, reading });
    // A failed reading is not kept: the next activation tries again.
    reading.catch(() => known.get(campaign)?.reading === reading && known.delete(campaign));
    return reading;
  };
  return {
    of: async (campaign, version) =>
      of(campaign, version ?? rulesVersionOf((await store.readCampaign(campaign))?.campaign ?? {})),
  };
}

const isSame = (a: RulesVersion, b: RulesVersion): boolean => a.life === b.life && a.changes === b.changes;

/** The version of a campaign's present rules. */
export const rulesVersionOf = ({
  life = 0,
  edition = 0,
  stepAnswers = 0,
}: Pick<Campaign, 'life' | 'edition' | 'stepAnswers'>): RulesVersion => ({
  life,
  changes: edition + stepAnswers,
});

async function read(store: RuleSource, name: string): ReturnType<Rulebook['of']> {
  const record = await store.readCampaign(name);
  if (record === null) throw new Error(`campaign ${name} is not there`);
  const { definition } = record.campaign;
  const release = await store.readRelease(definition.release);
  if (release === null) throw new Error(`release ${definition.release} of campaign ${name} is not there`);
  const profile = profileOf(release);
  if (!profile.ok) throw new Error(profile.error.message);
  const logonServers = [...statesBy(await store.counters(name), 'logonServer').keys()];
  return campaignReading(record.campaign, { release, profile: profile.value, logonServers });
}

/** What holds for the clients of a campaign by its definition, its release and its answers. */
export function campaignReading(
  campaign: Campaign,
  {
    release,
    profile,
    logonServers,
  }: { readonly release: Release; readonly profile: Profile; readonly logonServers: readonly string[] },
): CampaignReading {
  const { definition } = campaign;
  const isRebuilt = campaign.rebuiltAt !== undefined;
  const files = Object.fromEntries(release.files.map((file) => [file.name, file.sha256]));
  const approvals = stepApprovals(campaign);
  const hooks = clientHookRules(definition.hooks);
  const { remediations, restarts } = definition.budgets;
  const { edition = 0 } = campaign;
  return {
    release,
    profile,
    ...(definition.calendar?.fit === undefined ? {} : { stepTimes: definition.calendar.fit }),
    ownOf: (client) => {
      const calendar = calendarFor(definition, client);
      return {
        zone: client.zone,
        policy: policyFor(definition.policy, client),
        ...(calendar === null ? {} : { calendar }),
        ...(restarts === undefined ? {} : { restarts: restartRules(edition, restarts, client.labels) }),
      };
    },
    rules: {
      campaign: definition.campaign,
      seed: definition.seed,
      policy: definition.policy,
      product: rulesOf(profile),
      files,
      logonServers,
      isRebuilt,
      ...(approvals === null ? {} : { approvals }),
      ...(hooks === null ? {} : { hooks }),
      ...(remediations === undefined ? {} : { remediations }),
      ...(definition.stop === undefined ? {} : { countsFacts: true as const }),
    },
  };
}
