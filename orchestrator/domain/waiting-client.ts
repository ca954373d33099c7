import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';

/** Where a client waits in a campaign. */
export interface Waiting {
  readonly client: string;
  readonly wave: number;
  readonly logonServer: string;
  /** IANA time zone of the client's window; left out where the campaign has no window. */
  readonly zone?: string;
}

/**
 * A client as it waits in a wave. Clients wait apart by time zone where the campaign has a window,
 * so that those whose window is closed cost nothing.
 */
export const waitingIn = (
  { policy }: CampaignDefinition,
  { client, logonServer, zone }: Client,
  wave: number,
): Waiting => ({ client, wave, logonServer, ...(policy.window === null ? {} : { zone }) });
