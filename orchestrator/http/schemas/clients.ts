import { z } from 'zod';
import type { Moment, WhyAnswer } from '../../views/why.ts';
import { clientSchema } from './fleet.ts';
import { ends } from '../../../shared/domain/outcome/ending.ts';
import { campaignStatuses, idSchema, isTrue, reason, upgradeState } from './fields.ts';

/** One client: what is known of it, and what a person does about it. */

export const clientActionBody = z.strictObject({ reason, campaign: idSchema.optional() });

/** Null without a body: a logon script may call `curl -X POST` alone. */
export const checkInBody = z
  .strictObject({
    transcript: z
      .string()
      .max(256 * 1024)
      .optional(),
  })
  .nullish();

export const whyQuery = z.strictObject({ campaign: idSchema.optional(), evidence: isTrue });

export const clientQuery = z.strictObject({ entries: z.coerce.number().int().min(1).max(1_000).default(20) });

export const clientAnswer = z.object({
  client: clientSchema,
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
  end: z.enum(ends).nullable(),
  because: z.string(),
  since: moment.nullable(),
  blockers: z.array(z.string()).readonly(),
  evidence: z.string().nullable(),
  evidenceText: z.string().nullable(),
  next: z.object({ action: z.string(), when: moment.nullable() }).nullable(),
  otherwise: z.string().nullable(),
  remarks: z.array(z.string()).readonly(),
  actions: z.array(z.string()).readonly(),
  others: z.array(z.object({ campaign: z.string(), status: z.enum(campaignStatuses) })).readonly(),
}) satisfies z.ZodType<WhyAnswer>;

export const clientResultAnswer = z.object({ client: z.string(), campaign: z.string(), because: z.string() });

export const checkInAnswer = z.object({
  client: z.string(),
  looks: z.boolean(),
  campaign: z.string().nullable(),
  because: z.string(),
});
