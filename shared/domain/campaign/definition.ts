import type { CampaignPolicy } from '../rules/policy.ts';

/** One machine of the fleet. `labels` are free words for selecting. Servers are excluded from every change. */
export interface Client {
  readonly client: string;
  readonly host: string;
  readonly logonServer: string;
  readonly zone: string;
  readonly role: 'workstation' | 'server';
  readonly labels: readonly string[];
  /** Where it listens for servpack; left out = the port of the gateway's settings. */
  readonly port?: number;
  /** Fingerprints (`SHA256:…`) of which it must show one; left out = whatever the gateway's known hosts say. */
  readonly hostKeys?: readonly string[];
}

/** What was staged: the product, its version evidence and the component files as read from the staged tree. */
export interface Release {
  readonly release: string;
  readonly product: string;
  readonly servicePack: number | null;
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
  /** The product profile as it was staged, where an operator wrote it; left out = the built-in one. */
  readonly profile?: string;
  /** Where it was staged: the tree (absolute, on the orchestrator's host) and the component folder inside it. */
  readonly source?: { readonly tree: string; readonly components: string };
  /** Staging it changed what every logon script compares: each client of the site takes it at its next logon. */
  readonly siteWide?: boolean;
  readonly withdrawn?: Withdrawal;
  /** Where the copy of each logon server can be read; left out = all of them have the one tree that was staged. */
  readonly copies?: CopyPaths;
}

/** Paths as the leading orchestrator reads them, to the folder of the component files. */
export interface CopyPaths {
  /** `{logonServer}` stands for the name of the server. */
  readonly path: string;
  /** Logon servers whose copy lies elsewhere. */
  readonly except: Readonly<Record<string, string>>;
}

/** Nothing is begun with a withdrawn release until it is staged again. `at` is policy time. */
export interface Withdrawal {
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/** The condition on a wave that opens the next one. Below `minSample` settled clients nothing is concluded. */
export interface Gate {
  readonly settledPercent: number;
  readonly notOkPercent: number;
  readonly minSample: number;
}

export interface Wave {
  readonly name: string;
  readonly size: { readonly count: number } | { readonly percent: number } | { readonly rest: true };
  readonly gate: Gate;
}

/** Which clients of the fleet a campaign is for: all given criteria must hold; an empty one selects everyone. */
export interface Selection {
  readonly labels: readonly string[];
  readonly logonServers: readonly string[];
  readonly clients: readonly string[];
}

/** How many upgrades may hold a slot at once: in the campaign, and on each logon server. */
export interface Budgets {
  readonly active: number;
  readonly perLogonServer: number;
  /** How many clients of each logon server may be marked and not proved yet; left out = any number. */
  readonly maxDownloads?: DownloadLimits;
}

/** `at` wins over `everywhere`; null = any number. */
export interface DownloadLimits {
  readonly everywhere: number | null;
  readonly at: Readonly<Record<string, number>>;
}

/** A campaign as its file says it: one release to selected clients, by waves, under policies. */
export interface CampaignDefinition {
  readonly campaign: string;
  readonly release: string;
  readonly start: 'byHand' | 'whenStaged';
  /** Once started by hand it begins no earlier than this, in policy time; null = at once. */
  readonly startAt: number | null;
  readonly seed: string;
  readonly select: Selection;
  readonly waves: readonly Wave[];
  readonly budgets: Budgets;
  readonly policy: CampaignPolicy;
  /** SHA-256 of the file it was read from. */
  readonly hash: string;
}
