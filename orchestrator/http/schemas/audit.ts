import { z } from 'zod';
import { pageFields, pageOf } from './lists.ts';
import { acceptedFormat, count, idSchema, isTrue, lineFormat } from './fields.ts';

/** Questions and answers about the audit. Times are ISO 8601, UTC. */

export const auditQuery = z.strictObject({ evidence: isTrue });

export const exportQuery = z.strictObject({
  campaign: idSchema.optional(),
  client: idSchema.optional(),
  format: lineFormat,
});

export const auditLine = z.object({
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
  /** SHA-256 of further evidence of this step. */
  beside: z.array(z.string()).readonly(),
  servpack: z.string(),
});

export const auditPageQuery = z.strictObject({
  campaign: idSchema.optional(),
  client: idSchema.optional(),
  /** Part of the name of who did it, in any case. */
  who: z.string().min(1).max(200).optional(),
  format: acceptedFormat,
  ...pageFields,
});

/** An entry as Redis keeps it, without what only a sealed block says. */
export const auditItem = auditLine.omit({ block: true, campaignHash: true });

export const auditPage = pageOf(auditItem);

/** Evidence is named by the SHA-256 of its text. */
export const sha256Schema = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 of 64 hexadecimal digits');

export const evidenceAnswer = z.object({ sha256: z.string(), text: z.string() });

export type AuditLineAnswer = z.infer<typeof auditLine>;

export const auditShowAnswer = z.object({
  client: z.string(),
  /** In order of time. */
  entries: z.array(auditLine).readonly(),
  /** Texts by SHA-256, where the request asks for them and they still exist. */
  evidence: z.record(z.string(), z.string()),
});

/** What proves the upgrade of one client. The order of the fields is that of the file. */
export const proofAnswer = z.object({
  proof: z.literal(1),
  client: z.string(),
  shard: count,
  block: count,
  head: z.string(),
  /** Blocks from the newest back; each is named by the header of the one before. */
  chain: z
    .array(
      z.object({
        opening: z.string().nullable(),
        header: z.string(),
        entries: z.string(),
        attachments: z.string(),
      }),
    )
    .readonly(),
  entries: z
    .array(
      z.object({
        block: count,
        line: z.string(),
        way: z.array(z.object({ at: count, of: z.array(z.string()).readonly() })).readonly(),
      }),
    )
    .readonly(),
  evidence: z.array(z.string()).readonly(),
});

export const verifyAnswer = z.object({
  files: z
    .array(
      z.object({
        file: z.string(),
        shard: count.nullable(),
        blocks: count,
        entries: count,
        /** Line of an unfinished section: after a crash, or while a block is written. */
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
  /** What these files cannot prove although they have no fault. */
  notes: z.array(z.string()).readonly().default([]),
});

export type VerifyAnswer = z.infer<typeof verifyAnswer>;
