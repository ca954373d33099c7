import type { Where } from '../rules/condition.ts';
export type { Condition, Where } from '../rules/condition.ts';
import type { CampaignHooks } from './hooks.ts';
import type { ApprovalRule } from '../rules/approval-rules.ts';
import type { CampaignPolicy } from '../rules/policy.ts';
import type { HealthWatch } from './opening.ts';
import type { Membership } from './membership.ts';
import type { StepTimes } from '../rules/fit.ts';
import type { Blackout } from '../time/calendar.ts';
import type { AnyWindow } from '../time/window.ts';
import type { RemediationLimits } from '../rules/remediation-limits.ts';
import type { RestartLimits } from '../rules/restart-limits.ts';
import type { Speed } from './speed.ts';
import type { StopRule } from './stop.ts';

/** One machine of the fleet. `labels` are free words for selections. Servers are never changed. */
export interface Client {
  readonly client: string;
  readonly host: string;
  readonly logonServer: string;
  readonly zone: string;
  readonly role: 'workstation' | 'server';
  readonly labels: readonly string[];
  /** Port on which the client listens; left out = the port of the gateway's settings. */
  readonly port?: number;
  /**
   * Fingerprints (`SHA256:…`) of its host keys: it must show one of them. Left out = the gateway's
   * known hosts decide.
   */
  readonly hostKeys?: readonly string[];
}

/**
 * What was staged: the product, its service pack, and the component files read from the staged
 * tree.
 */
export interface Release {
  readonly release: string;
  readonly product: string;
  readonly servicePack: number | null;
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
  /**
   * The product profile as it was staged, if an operator wrote one; left out = the built-in one.
   */
  readonly profile?: string;
  /**
   * The staged tree (absolute path on the orchestrator's host) and the component folder inside it.
   */
  readonly source?: { readonly tree: string; readonly components: string };
  /**
   * Staging changed what every logon script compares: each client of the site updates at its logon.
   */
  readonly siteWide?: boolean;
  readonly withdrawn?: Withdrawal;
  /**
   * Where to read the copies of the logon servers; left out = all have the tree that was staged.
   */
  readonly copies?: CopyPaths;
}

/** Paths to the folder of the component files, as the leading orchestrator reads them. */
export interface CopyPaths {
  /** With `{logonServer}` in place of the server's name. */
  readonly path: string;
  /** The paths of logon servers that do not follow `path`. */
  readonly except: Readonly<Record<string, string>>;
}

/** With a withdrawn release nothing begins until it is staged again. `at` is policy time. */
export interface Withdrawal {
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/**
 * The condition on a wave that opens the next wave. Below `minSample` settled clients it stays
 * closed.
 */
export interface Gate {
  readonly settledPercent: number;
  readonly notOkPercent: number;
  readonly minSample: number;
  /**
   * Least share of the wave's clients that are up to date and not unhealthy; clients that a person
   * or a rule took out do not count. Left out = any share.
   */
  readonly upgradedPercent?: number;
  /** How long all counts must hold without a change; left out = no time. */
  readonly soakMs?: number;
  /** A person must approve the next wave; left out = nobody must. */
  readonly approval?: true;
  readonly health?: HealthWatch;
}

/**
 * A client falls into the first wave that fits: a wave takes clients that no wave before it has
 * taken. `percent` is a share of all selected clients.
 */
export interface Wave {
  readonly name: string;
  readonly size:
    | { readonly count: number }
    | { readonly percent: number }
    | { readonly rest: true }
    | Criterion;
  readonly gate: Gate;
}

/** Names clients one by one, by logon server or by condition. */
export type Criterion =
  | { readonly clients: readonly string[] }
  | { readonly logonServers: readonly string[] }
  | { readonly where: Where };

/** Clients that the campaign leaves out, and why. */
export type Exclusion = Criterion & { readonly reason: string };

/** A stable share of all clients: which ones follows from their ids and the seed alone. */
export interface Share {
  /** More than 0, at most 100. */
  readonly percent: number;
  readonly seed: string;
}

/**
 * Selects clients of the fleet: all criteria must hold, and an empty criterion holds for every
 * client. A client must have every one of `labels`, one of `logonServers` and be one of `clients`.
 */
export interface Selection {
  readonly labels: readonly string[];
  readonly logonServers: readonly string[];
  readonly clients: readonly string[];
  /** Missing = every client; campaigns of earlier versions do not have it. */
  readonly where?: Where;
  /** Only those of the clients that belong to this share; missing = all of them. */
  readonly share?: Share;
  /** Clients that are left out of those that fulfil the criteria; missing = none. */
  readonly exclude?: readonly Exclusion[];
}

/**
 * How many upgrades may hold a slot at the same time: in the campaign, and on each logon server.
 */
export interface Budgets {
  readonly active: number;
  readonly perLogonServer: number;
  /** How many clients of each logon server may be marked and not proved; left out = any number. */
  readonly maxDownloads?: DownloadLimits;
  /** How many remediations may begin; left out = any number. */
  readonly remediations?: RemediationLimits;
  /** How many clients may be in a restart at the same time; left out = any number. */
  readonly restarts?: RestartLimits;
}

/** `at` wins over `everywhere`; null = any number. */
export interface DownloadLimits {
  readonly everywhere: number | null;
  readonly at: Readonly<Record<string, number>>;
}

/**
 * When something may begin on a client, besides the one `window` of the policy. Each section is
 * left out where the file does not have it.
 */
export interface CampaignCalendar {
  readonly windows?: readonly CampaignWindow[];
  readonly blackouts?: readonly CampaignBlackout[];
  /** The calendar files whose events stand among the blackouts; left out = none. */
  readonly ics?: readonly IcsSource[];
  /** How long steps take until enough were measured; left out = steps need not fit. */
  readonly fit?: StepTimes;
}

/** A calendar file, as it was when the campaign file was read. */
export interface IcsSource {
  readonly file: string;
  readonly sha256: string;
  /** How many blackouts it gave. */
  readonly stretches: number;
  /** The day to which it was read. */
  readonly until: string;
  /** How many later ones were left out; left out = none. */
  readonly cut?: number;
}

/** `where` says for which clients it holds; left out = for all. */
export type CampaignWindow = AnyWindow & { readonly where?: Where };
export type CampaignBlackout = Blackout & { readonly where?: Where };

/** Names of destinations, from the settings of notifications. */
export interface CampaignNotify {
  /** None = nobody hears of the campaign. */
  readonly to: readonly string[];
}

/** A campaign as its file defines it: one release to selected clients, by waves, under policies. */
export interface CampaignDefinition {
  readonly campaign: string;
  readonly release: string;
  readonly start: 'byHand' | 'whenStaged';
  /** After its start by hand the campaign begins at this policy time; null = at once. */
  readonly startAt: number | null;
  readonly seed: string;
  readonly select: Selection;
  readonly waves: readonly Wave[];
  readonly budgets: Budgets;
  /** Weight at logon servers that have a limit over all campaigns; left out = the default. */
  readonly priority?: number;
  /** Left out = as many clients start as there are slots. */
  readonly speed?: Speed;
  readonly policy: CampaignPolicy;
  /** What stops it by itself, besides its gates; left out = nothing. */
  readonly stop?: readonly StopRule[];
  /** What needs the approval of a person; left out = nothing, except for what a gate asks. */
  readonly approvals?: readonly ApprovalRule[];
  /** Left out = the clients are those of the creation. */
  readonly membership?: Membership;
  /** Windows and blackouts; left out = the policy's window alone says when. */
  readonly calendar?: CampaignCalendar;
  /** Commands before and after it and its waves; left out = none. */
  readonly hooks?: CampaignHooks;
  /** The change in the operators' own system that allows it, such as CHG0030211; absent = none. */
  readonly ticket?: string;
  /** Which destinations get messages about it; left out = all of them. */
  readonly notify?: CampaignNotify;
  /** SHA-256 of the campaign file. */
  readonly hash: string;
}
