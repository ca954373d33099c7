import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { planAnswer } from '../../http/schemas/campaigns.ts';
import { fleetAnswer } from '../../http/schemas/fleet.ts';
import { surveyLooksAnswer, surveysAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { KnownLook } from '../../simulation/from-looks.ts';
import { type ApiClient, surveyPath } from './api-client.ts';

/** The product that models of machines have. */
const product = 'sms-1.2';

interface KnownClients {
  readonly clients: readonly Client[];
  readonly looks: readonly KnownLook[];
}

/**
 * Reads the fleet and what its last looks found. Refused where the orchestrator refuses the
 * campaign file.
 */
export async function readKnownFleet(api: ApiClient, input: object): Promise<Result<KnownClients, Refusal>> {
  const plan = await api.post(planAnswer, '/v1/campaigns/plan', input);
  if (!plan.ok) return plan;
  const fleet = await api.get(fleetAnswer, '/v1/fleet', { limit: '1000000' });
  if (!fleet.ok) return fleet;
  const looks = await readLooks(api);
  return looks.ok ? ok({ clients: fleet.value.clients, looks: looks.value }) : looks;
}

/** The newest look at each client, of the surveys of the product. */
async function readLooks(api: ApiClient): Promise<Result<readonly KnownLook[], Refusal>> {
  const surveys = await api.get(surveysAnswer, '/v1/surveys');
  if (!surveys.ok) return surveys;
  const found = new Map<string, KnownLook>();
  const newestFirst = surveys.value.surveys.toSorted((a, b) => (a.at < b.at ? 1 : -1));
  for (const { survey, product: looked } of newestFirst) {
    if (looked !== product) continue;
    for (let cursor = ''; ;) {
      const page = await api.get(surveyLooksAnswer, surveyPath(survey, '/looks'), {
        cursor,
        limit: '5000',
        freeTime: 'true',
      });
      if (!page.ok) return page;
      for (const look of page.value.looks)
        if (look.isInFleet && !found.has(look.client)) found.set(look.client, look);
      if (page.value.isLast || page.value.looks.length === 0) break;
      ({ cursor } = page.value);
    }
  }
  return ok([...found.values()]);
}

/** No client was looked at: there is nothing to simulate from. */
export const noLooks = (): Result<never, Refusal> =>
  err(fault('simulate.noLooks', 'no client of the fleet was looked at; look first: servpack look --fleet'));
