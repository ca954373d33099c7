import { z } from 'zod';
import type { CampaignEdit, CampaignText } from '../../background/results.ts';
import type { CampaignHistory } from '../../campaigns/history.ts';
import type { UndoneRelocations } from '../../campaigns/undo-relocations.ts';
import type { CampaignRollback } from '../../campaigns/rollback.ts';
import { planAnswer } from './campaigns.ts';
import {
  campaignBody,
  campaignTextAnswer,
  count,
  idSchema,
  reason,
  time,
  versionedIdSchema,
} from './fields.ts';

/** Changing the definition of a campaign, and what it was before. */

/** `version`: of the campaign, as the difference was shown; another one is refused. */
const order = { reason, dryRun: z.boolean().default(false), version: count.optional() };

export const editBody = campaignBody.extend(order);
export const revertBody = z.strictObject({ edition: count, ...order });

export const editAnswer = z.object({
  campaign: z.string(),
  version: count,
  edition: count,
  undoes: count,
  isApplied: z.boolean(),
  changes: z.array(z.object({ section: z.string(), says: z.string() })).readonly(),
  waves: z.array(z.object({ wave: z.string(), isOpen: z.boolean(), before: count, after: count })).readonly(),
  moved: count,
  joined: count,
  left: count,
  passedOver: count,
  /** Why it counts as an abort, which another person may have to approve. */
  cancels: z.string().optional(),
}) satisfies z.ZodType<CampaignEdit>;

export const historyAnswer = z.object({
  campaign: z.string(),
  edition: count,
  editions: z
    .array(
      z.object({
        edition: count,
        at: time,
        by: z.string(),
        because: z.string(),
        changes: z.array(z.string()).readonly(),
        file: z.string(),
        /** The earlier edition whose campaign file it has again. */
        revertsTo: count.optional(),
      }),
    )
    .readonly(),
}) satisfies z.ZodType<CampaignHistory>;

export const cloneQuery = z.strictObject({ as: idSchema, release: versionedIdSchema.optional() });

export const cloneAnswer = campaignTextAnswer satisfies z.ZodType<CampaignText>;

export const rollbackQuery = z.strictObject({ release: versionedIdSchema, as: idSchema.optional() });

/** The campaign file of a rollback, and what it would do. */
export const rollbackAnswer = campaignTextAnswer.extend({
  plan: planAnswer,
}) satisfies z.ZodType<CampaignRollback>;

export const undoneAnswer = z.object({
  campaign: z.string(),
  reopened: count,
  passedOver: count,
  because: z.array(z.object({ client: z.string(), because: z.string() })).readonly(),
}) satisfies z.ZodType<UndoneRelocations>;
