import { z } from 'zod';
import { count, versionedIdSchema } from './fields.ts';
import { pageAnswer } from './lists.ts';

/** Releases: staging, withdrawing, and the copies on the logon servers. */

/** A release file is read on the orchestrator's machine, where its upgrade command runs. */
export const stageBody = z.strictObject({
  path: z.string().min(1).max(4096),
  /** Stage also what was withdrawn. */
  override: z.boolean().default(false),
});

export const releaseParams = z.strictObject({ release: versionedIdSchema });

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
        filesOk: count,
        filesInAll: count,
        because: z.string(),
        path: z.string(),
        since: z.string().nullable(),
        checkedAt: z.string().nullable(),
        waiting: count,
      }),
    )
    .readonly(),
});

export const releasesAnswer = z.object({ releases: z.array(release).readonly(), ...pageAnswer });

export const stagedAnswer = z.object({
  release,
  tree: z.string(),
  /** SHA-256 of what the upgrade command said. */
  evidence: z.string(),
  tookMs: count,
  /** False = the release file has no upgrade command. Earlier versions do not say it. */
  commandRan: z.boolean().default(true),
  /** Campaigns that waited for this release and run now. */
  started: z.array(z.string()).readonly(),
});

/** Campaigns that wait until it is staged again. */
export const withdrawnAnswer = z.object({ release: z.string(), waiting: z.array(z.string()).readonly() });
