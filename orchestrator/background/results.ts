import type { NotStaged } from '../../shared/domain/campaign/copies.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { Forecast } from '../views/survey-forecast.ts';

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

export interface FleetImport {
  readonly added: number;
  readonly changed: number;
  readonly total: number;
}
