import { z } from 'zod';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import type { Moment, Why } from '../../views/why.ts';
import { upgradeState } from './requests.ts';

/** Answers about clients, the fleet and releases. */

const count = z.int().nonnegative();

const client = z.object({
  client: z.string(),
  host: z.string(),
  logonServer: z.string(),
  zone: z.string(),
  role: z.enum(['workstation', 'server']),
  labels: z.array(z.string()).readonly(),
  port: z.int().exactOptional(),
  hostKeys: z.array(z.string()).readonly().exactOptional(),
}) satisfies z.ZodType<Client>;

export const fleetImportAnswer = z.object({ added: count, changed: count, total: count });

export const fleetAnswer = z.object({
  total: count,
  servers: count,
  logonServers: z.array(z.object({ logonServer: z.string(), clients: count })).readonly(),
  clients: z.array(client).readonly(),
  /** How many were asked for; more than `clients` when the list was cut. */
  found: count,
});

const release = z.object({
  release: z.string(),
  product: z.string(),
  servicePack: z.int().nullable(),
  files: z.array(z.object({ name: z.string(), size: count, sha256: z.string() })).readonly(),
  siteWide: z.boolean().optional(),
  withdrawn: z.object({ by: z.string(), because: z.string(), at: z.number() }).optional(),
});

export const releaseServersAnswer = z.object({
  release: z.string(),
  /** False: every logon server has the one tree that was staged. */
  hasCopies: z.boolean(),
  servers: z
    .array(
      z.object({
        logonServer: z.string(),
        state: z.enum(['verified', 'incomplete', 'unreadable', 'unknown']),
        filesOk: z.int().nonnegative(),
        filesInAll: z.int().nonnegative(),
        because: z.string(),
        path: z.string(),
        since: z.string().nullable(),
        checkedAt: z.string().nullable(),
        waiting: z.int().nonnegative(),
      }),
    )
    .readonly(),
});

export const releasesAnswer = z.object({ releases: z.array(release).readonly() });

export const stagedAnswer = z.object({
  release,
  tree: z.string(),
  /** SHA-256 of what the upgrade command said. */
  evidence: z.string(),
  tookMs: count,
  /** Campaigns that waited for this release and run now. */
  started: z.array(z.string()).readonly(),
});

export const clientAnswer = z.object({
  client,
  /**
   * The client's part in the campaign that holds it, else in the newest campaign that knows it.
   * `record` is the whole upgrade.
   */
  part: z.object({ campaign: z.string(), state: z.string(), record: z.unknown() }).nullable(),
  /** Newest first. */
  audit: z
    .array(
      z.object({
        at: z.string(),
        campaign: z.string(),
        client: z.string().nullable(),
        who: z.string(),
        from: z.string(),
        to: z.string(),
        because: z.string(),
        evidence: z.string().nullable(),
      }),
    )
    .readonly(),
});

const moment = z.object({ at: z.string(), inWords: z.string() }) satisfies z.ZodType<Moment>;

export const whyAnswer = z.object({
  client: z.string(),
  campaign: z.string(),
  state: upgradeState,
  because: z.string(),
  since: moment.nullable(),
  blockers: z.array(z.string()).readonly(),
  evidence: z.string().nullable(),
  evidenceText: z.string().nullable(),
  next: z.object({ action: z.string(), when: moment.nullable() }).nullable(),
  otherwise: z.string().nullable(),
  remarks: z.array(z.string()).readonly(),
}) satisfies z.ZodType<Why>;

/** Campaigns that wait until it is staged again. */
export const withdrawnAnswer = z.object({ release: z.string(), waiting: z.array(z.string()).readonly() });

export const clientResultAnswer = z.object({ client: z.string(), campaign: z.string(), because: z.string() });

/** A line of the list of check-in tokens. */
export const tokenLine = z.object({
  client: z.string(),
  host: z.string(),
  generation: count,
  token: z.string(),
});

export const revokedAnswer = z.object({
  /** Null = all clients. */
  client: z.string().nullable(),
  /** Tokens of lower generations are refused. */
  least: count,
});

export const checkInAnswer = z.object({
  client: z.string(),
  looks: z.boolean(),
  campaign: z.string().nullable(),
  because: z.string(),
});
