import type { CampaignState } from '../domain/campaign/campaign.ts';
import { statusClause } from '../domain/campaign/status-words.ts';
import type { UpgradeKey } from './types.ts';

/** Why a store refused, in the same words from both adapters. */
export const reasons = {
  noUpgrade: ({ campaign, client }: UpgradeKey) => `campaign ${campaign} has no upgrade of client ${client}`,
  settled: 'the upgrade is settled',
  leased: 'another driver holds the lease',
  otherActivation: (asked: number, present: number) =>
    `activation ${asked} is not the present one, ${present}`,
  isParked: 'the upgrade is parked: it waits for a slot',
  notDue: (dueAt: number) => `not due before ${new Date(dueAt).toISOString()}`,
  campaignIs: (campaign: string, status: string) =>
    `campaign ${campaign} ${inWords[status as Status] ?? status}`,
  campaignFull: (campaign: string, limit: number) =>
    `the budget of campaign ${campaign} is full: ${limit} active`,
  logonServerFull: (server: string, limit: number) =>
    `the budget of logon server ${server} is full: ${limit} active`,
  overAllFull: (server: string, limit: number) =>
    `${limit === 1 ? 'the one slot' : `all ${limit} slots`} of logon server ${server} over all campaigns ${limit === 1 ? 'is' : 'are'} in use`,
  overAllTurn: (server: string, limit: number) =>
    `campaigns take turns for the ${limit === 1 ? 'one slot' : `${limit} slots`} of logon server ${server}`,
  serverHeld: (campaign: string, server: string) => `campaign ${campaign} is held on logon server ${server}`,
  notStaged: (server: string) => `the copy of the release on logon server ${server} is not verified`,
  downloadsFull: (server: string, limit: number) =>
    limit === 1
      ? `the one download of logon server ${server} is taken by a client that is marked or worked on`
      : `all ${limit} downloads of logon server ${server} are taken by clients that are marked or worked on`,
  takenOver: 'another driver has taken over, or the lease was taken away',
  otherVersion: (asked: number, present: number) => `version ${asked} is not the present one, ${present}`,
  campaignTaken: (campaign: string) =>
    `a campaign named ${campaign} exists already; choose another name, or delete or archive that one`,
  fleetChanged: 'clients were removed from the fleet at this moment; try again',
  unknownClient: (client: string) => `client ${client} is not in the fleet`,
  waits: (client: string, campaign: string) =>
    `client ${client} is waiting in campaign ${campaign}: nothing was done to it yet`,
  hasSettled: (client: string, campaign: string) => `client ${client} is finished in campaign ${campaign}`,
  isIn: (client: string, campaign: string) => `client ${client} is in campaign ${campaign} now`,
  inNoCampaign: (client: string) => `client ${client} is in no campaign`,
} as const;

/** `halted` is the status of a running campaign during a halt. */
type Status = CampaignState['status'] | 'halted' | 'removing';

const inWords: Readonly<Record<Status, string>> = {
  ...statusClause,
  halted: 'is held: everything is halted',
  removing: 'is being removed',
};
