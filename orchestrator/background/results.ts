import type { NotStaged } from '../../shared/domain/campaign/copies.ts';
import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { FleetDifference } from '../fleet/difference.ts';
import type { PermitParts } from '../requests/permit.ts';
import type { ColumnMapping } from '../input/fleet-columns.ts';
import type { EditChange } from '../views/edit-words.ts';
import type { PlanRule } from '../views/plan-rules.ts';
import type { BindsStatus } from '../views/campaign-forecast.ts';
import type { Forecast } from '../views/survey-forecast.ts';
import type { RankedBlocker } from '../../shared/domain/outcome/ranking.ts';
import type { TriedBudgets } from '../input/campaign-budgets.ts';
import type { SimulationAnswer } from '../simulation/answer.ts';

/** A file of an operator: its text, and its name for the faults. */
export interface InputFile {
  readonly file: string;
  readonly text: string;
}

/** The text of a campaign file, and of the calendar files that it names. */
export interface CampaignText extends InputFile {
  /** By the name that the campaign file has for each; left out = none. */
  readonly calendars?: Readonly<Record<string, string>>;
}

/** A campaign file. */
export interface CampaignInputFile extends CampaignText {
  /** The name of the campaign in place of the file's: an occurrence of a schedule has its own. */
  readonly campaign?: string;
  /** Who wrote the file, where another one creates the campaign: a schedule. */
  readonly author?: string;
  /** `asker` of the context, where another thread works on it. */
  readonly asker?: Narrowing | undefined;
}

/** A fleet file, and what its columns are where servpack names them otherwise. */
export interface FleetInput extends InputFile {
  readonly columns?: readonly ColumnMapping[];
  /** What the columns of the source are, as a file; `columns` outweighs it. */
  readonly mapping?: InputFile | undefined;
  /** The difference is found, and nothing is changed. */
  readonly dryRun?: boolean;
  /** Clients that the file does not name leave the fleet. */
  readonly prune?: boolean;
  /** The number of leaving clients that the question showed; another number is refused. */
  readonly removes?: number | undefined;
  /** Machines that leave are gone: what a settled upgrade has left open on one does not keep it. */
  readonly gone?: boolean;
}

export interface CountByLogonServer {
  readonly logonServer: string;
  readonly clients: number;
}

export interface ExcludedClients {
  readonly reason: string;
  readonly clients: number;
  /** The first of them by name. */
  readonly names: readonly string[];
}

/** What will hold a campaign up, and on which fleet that was simulated, in words. */
export interface PlanBinds extends BindsStatus {
  readonly assumed: string;
}

/** What a campaign file would do. */
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
  /** Which clients the file means, in words; null = the whole fleet. */
  readonly selection: string | null;
  /** Clients that fulfil the selection and are left out, by exclusion. */
  readonly excluded: readonly ExcludedClients[];
  /** Servers among the selected: they are looked at and excluded, never changed. */
  readonly servers: number;
  /** Every client of the site installs the release at its next logon, whatever its wave. */
  readonly siteWide: boolean;
  /** Selected clients that no wave has room for; with any the campaign is refused. */
  readonly left: number;
  /**
   * Logon servers of selected clients whose copy of the release is not verified, as far as known.
   */
  readonly notStaged: readonly NotStaged[];
  readonly waves: readonly {
    readonly wave: string;
    readonly clients: number;
    readonly logonServers: readonly CountByLogonServer[];
  }[];
  readonly logonServers: readonly CountByLogonServer[];
  /** Start, window, budgets, ladder and restarts in plain words. */
  readonly rules: readonly PlanRule[];
  /** What will not go as its author may think, in words. */
  readonly warnings: readonly string[];
  /** What the last looks say about the selected clients; null = not asked for. */
  readonly forecast: Forecast | null;
  /** What will hold it up; left out where nothing is known of the machines of its clients. */
  readonly binds?: PlanBinds | undefined;
}

/** A campaign file to simulate, and budgets that outweigh its own. */
export interface SimulationRequest extends CampaignText {
  readonly seed: string;
  readonly budgets: TriedBudgets;
}

/** What a simulation of a campaign file says to a person who waits for it. */
export interface CampaignSimulation extends Omit<SimulationAnswer, 'report'> {
  readonly blockers: readonly RankedBlocker[];
  /** When the clients of the largest logon servers are finished, by equal parts of the time. */
  readonly logonServers: readonly {
    readonly logonServer: string;
    readonly clients: number;
    readonly finished: readonly number[];
  }[];
  readonly budgets: { readonly active: number; readonly perLogonServer: number };
  /** The file with these budgets. */
  readonly text: string;
}

/** The file that a campaign is to follow from now on. */
export interface EditRequest extends CampaignText {
  readonly campaign: string;
  readonly reason: string;
  /** The difference is found, and nothing is changed. */
  readonly dryRun: boolean;
  /** The version that the person was shown; another one is refused. Left out = any. */
  readonly version?: number | undefined;
  /** The same of the edition, which only edits change. */
  readonly edition?: number | undefined;
}

/** An edit for a thread, with what allows it. */
export interface PermittedEdit extends EditRequest {
  readonly permit: PermitParts;
}

/** Which campaign is replayed. */
export interface ReplayRequest {
  readonly campaign: string;
  /** The file of another policy; null = the decisions are only made again. */
  readonly other: CampaignText | null;
}

/** Which campaign is looked back at. */
export interface LookBackRequest {
  readonly campaign: string;
  /** Only an archived one, also where another campaign of the same name is there. */
  readonly isArchived: boolean;
}

/** What another campaign file would change, or has changed, in a campaign. */
export interface CampaignEdit {
  readonly campaign: string;
  /** Of the campaign: an edit of another version is refused. */
  readonly version: number;
  /** How often the definition was changed, this edit included once it is applied. */
  readonly edition: number;
  /** The newest edition with a file before this edit is applied: a revert leads back to it. */
  readonly undoes: number;
  readonly isApplied: boolean;
  /** What differs, section by section; none = the file says what the campaign is. */
  readonly changes: readonly EditChange[];
  /** The waves of the file, with the clients that they have before and after. */
  readonly waves: readonly {
    readonly wave: string;
    readonly isOpen: boolean;
    readonly before: number;
    readonly after: number;
  }[];
  /** Waiting clients that come into another wave. */
  readonly moved: number;
  /** Clients that come into the campaign, or leave it: before its start only. */
  readonly joined: number;
  readonly left: number;
  /** Clients that stayed as they are, because another campaign works on them, for instance. */
  readonly passedOver: number;
  /** Why it does what an abort does; left out = it does not, or nothing has begun. */
  readonly cancels?: string | undefined;
}

export interface FleetImport extends FleetDifference {
  readonly dryRun: boolean;
  /** Clients of the file that are as the file says. */
  readonly unchanged: number;
  /** Clients of the fleet that the file does not name, and that stay. */
  readonly notInFile: number;
  /** Clients of the fleet that the file does not name, and that leave. */
  readonly removed: number;
  /** The first of those that leave. */
  readonly leaving: readonly string[];
  readonly total: number;
  /** What the file is, as a person calls it. */
  readonly form: string;
  /** What separates the columns of the file, as a person reads it. */
  readonly delimiter: string;
  /** Columns of the file that have a name and were not read. */
  readonly leftOut: readonly string[];
}
