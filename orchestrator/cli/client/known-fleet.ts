import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { planAnswer } from '../../http/schemas/campaigns.ts';
import { clientSchema } from '../../http/schemas/fleet.ts';
import { surveyLooksAnswer, surveysAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { KnownLook } from '../../simulation/from-looks.ts';
import { type ApiClient, surveyPath } from './api-client.ts';
import { allPages } from './all-pages.ts';
import { brokenOff } from './broken-off.ts';

/** The product that models of machines have. */
const product = 'sms-1.2';

interface KnownClients {
  readonly clients: readonly Client[];
  readonly looks: readonly KnownLook[];
  /** Why nothing can start with the release of the campaign file; left out = it is staged. */
  readonly noRelease?: string;
}

/**
 * Reads the fleet and what its last looks found. Refused where the orchestrator refuses the
 * campaign file.
 */
export async function readKnownFleet(api: ApiClient, input: object): Promise<Result<KnownClients, Refusal>> {
  const plan = await api.post(planAnswer, '/v1/campaigns/plan', input);
  if (!plan.ok) return plan;
  const clients = await readClients(api);
  if (!clients.ok) return clients;
  const looks = await readLooks(api);
  if (!looks.ok) return looks;
  const { release, releaseStaged } = plan.value;
  const unstaged = releaseStaged ? {} : { noRelease: `release ${release} is not staged` };
  return ok({ clients: clients.value, looks: looks.value, ...unstaged });
}

/** Every client of the fleet, in the order of their names, line by line: a fleet may be large. */
async function readClients(api: ApiClient): Promise<Result<readonly Client[], Refusal>> {
  const lines = await api.stream('/v1/fleet/export', { format: 'jsonl' });
  if (!lines.ok) return lines;
  const clients: Client[] = [];
  try {
    for await (const line of createInterface({ input: Readable.from(lines.value) }))
      clients.push(clientSchema.parse(JSON.parse(line)));
  } catch (error) {
    return err(brokenOff('the fleet is incomplete', error));
  }
  return ok(clients.sort((a, b) => (a.client < b.client ? -1 : 1)));
}

/** The newest look at each client, of the surveys of the product. */
async function readLooks(api: ApiClient): Promise<Result<readonly KnownLook[], Refusal>> {
  const surveys = await allPages(api, surveysAnswer, '/v1/surveys', 'surveys');
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
