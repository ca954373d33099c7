import { z } from 'zod';
import { idSchema } from './requests.ts';

/** Questions and answers about the audit. Times are ISO 8601, UTC. */

const count = z.int().nonnegative();

const isTrue = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const auditQuery = z.strictObject({ evidence: isTrue });

export const exportQuery = z.strictObject({
  campaign: idSchema.optional(),
  client: idSchema.optional(),
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
});

const auditLine = z.object({
  id: z.string(),
  shard: count,
  /** Null = not sealed yet, or sealed by an orchestrator with another data folder. */
  block: count.nullable(),
  at: z.string(),
  campaign: z.string(),
  /** SHA-256 of the campaign file under which it was done. */
  campaignHash: z.string().nullable(),
  /** Null = it concerns a campaign, or everything. */
  client: z.string().nullable(),
  /** Version of the record after the step. */
  version: count.nullable(),
  who: z.string(),
  from: z.string(),
  to: z.string(),
  because: z.string(),
  evidence: z.string().nullable(),
  /** What else was kept as evidence at this step. */
  beside: z.array(z.string()).readonly(),
  servpack: z.string(),
});

export type AuditLineAnswer = z.infer<typeof auditLine>;

export const auditShowAnswer = z.object({
  client: z.string(),
  /** In the order in which things were done. */
  entries: z.array(auditLine).readonly(),
  /** Texts by SHA-256, where they were asked for and are still to be had. */
  evidence: z.record(z.string(), z.string()),
});

export const verifyAnswer = z.object({
  files: z
    .array(
      z.object({
        file: z.string(),
        shard: count.nullable(),
        blocks: count,
        entries: count,
        /** Line at which a crash broke it off, or a writer is at work. */
        tornAt: count.nullable(),
      }),
    )
    .readonly(),
  chains: z
    .array(
      z.object({
        shard: count,
        blocks: count,
        entries: count,
        last: z.object({ block: count, head: z.string(), at: z.string() }).nullable(),
        /** The head that Redis knows; null when Redis was not asked, or has none. */
        inRedis: z.object({ block: count, head: z.string() }).nullable(),
      }),
    )
    .readonly(),
  faults: z
    .array(
      z.object({
        file: z.string(),
        /** From 1; 0 = the file as a whole. */
        line: count,
        block: count.nullable(),
        says: z.string(),
      }),
    )
    .readonly(),
});

export type VerifyAnswer = z.infer<typeof verifyAnswer>;
