import { calendarClass } from '../../shared/domain/campaign/calendar.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client, Release } from '../../shared/domain/campaign/definition.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Profile } from '../../shared/products/profile.ts';
import { type CampaignReading, campaignReading, rulesVersionOf } from '../../shared/rulebook.ts';
import { remembering } from '../../shared/domain/time/calendar.ts';
import type { MeasuredSteps } from './step-times.ts';

/** What the rules of a simulated campaign follow from, besides the campaign. */
export interface RuleSources {
  readonly release: Release;
  readonly profile: Profile;
  readonly logonServers: readonly string[];
}

/** The rules of each client, as workers read them. Clients for which the same holds share them. */
export class Rulings {
  readonly #sources: RuleSources;
  readonly #steps: MeasuredSteps;
  readonly #known = new Map<string, Rules>();
  readonly #byClient = new Map<Client, Rules>();
  #campaign: Campaign;
  #reading: CampaignReading;

  constructor(campaign: Campaign, sources: RuleSources, steps: MeasuredSteps) {
    this.#campaign = campaign;
    this.#sources = sources;
    this.#steps = steps;
    this.#reading = campaignReading(campaign, sources);
  }

  /** After an edit, or an answer about a step, other rules hold. */
  read(campaign: Campaign): void {
    if (rulesVersionOf(campaign).changes === rulesVersionOf(this.#campaign).changes) return;
    this.#campaign = campaign;
    this.#reading = campaignReading(campaign, this.#sources);
    this.#known.clear();
    this.#byClient.clear();
  }

  of(client: Client): Rules {
    const known = this.#byClient.get(client);
    const rules = known ?? this.#ownOf(client);
    if (known === undefined) this.#byClient.set(client, rules);
    const { stepTimes } = this.#reading;
    return stepTimes === undefined ? rules : { ...rules, fit: this.#steps.fit(stepTimes) };
  }

  #ownOf(client: Client): Rules {
    const { definition } = this.#campaign;
    const { ladders, persistences } = definition.policy;
    const isOwn = ladders !== undefined || persistences !== undefined;
    const zone = calendarClass(definition, client) ?? '';
    // Limits of restarts may follow labels.
    const labels = definition.budgets.restarts?.perLabel === undefined ? '' : client.labels.join(' ');
    const key = `${client.zone}|${zone}|${labels}|${isOwn ? client.client : ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const own = this.#reading.ownOf(client);
    const calendar = own.calendar === undefined ? {} : { calendar: remembering(own.calendar) };
    const rules = { ...this.#reading.rules, ...own, ...calendar };
    this.#known.set(key, rules);
    return rules;
  }
}
