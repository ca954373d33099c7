import { calendarClass } from '../../shared/domain/campaign/calendar.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';

/** Where a client waits in a campaign. */
export interface Waiting {
  readonly client: string;
  readonly wave: number;
  readonly logonServer: string;
  /** The client's class of the calendar; left out where the campaign has none. */
  readonly zone?: string;
}

/**
 * A client as it waits in a wave. Clients wait apart by their calendar, so that those whose windows
 * are closed cost nothing.
 */
export function waitingIn(definition: CampaignDefinition, client: Client, wave: number): Waiting {
  const zone = calendarClass(definition, client);
  const { client: name, logonServer } = client;
  return { client: name, wave, logonServer, ...(zone === undefined ? {} : { zone }) };
}
