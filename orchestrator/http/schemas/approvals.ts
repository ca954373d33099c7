import { z } from 'zod';
import type { ApprovalResult, OpenApproval } from '../../campaigns/approvals.ts';
import { idSchema, reason, time } from './fields.ts';

/** Questions that wait for the yes of a person, and their answers. */

export const approvalsQuery = z.strictObject({ campaign: idSchema.optional() });

const openApproval = z.object({
  id: z.string(),
  campaign: z.string(),
  client: z.string().nullable(),
  since: time,
  /** Null = it does not expire. */
  expires: time.nullable(),
  /** Left out = the time is still to come, or the question does not expire. */
  expired: z.literal(true).optional(),
  onExpiry: z.string(),
  by: z.string(),
  /** What the person who answers is shown, and its SHA-256. */
  text: z.array(z.string()).readonly(),
  shown: z.string(),
}) satisfies z.ZodType<OpenApproval>;

export const approvalsAnswer = z.object({ approvals: z.array(openApproval).readonly() });

/**
 * `CAMPAIGN/wave/NAME`, `CAMPAIGN/remediation/STEP` or
 * `CAMPAIGN/client/NAME/ATTEMPT/STEP/SERVICE`.
 */
const approvalId = z
  .string()
  .max(500)
  .refine((id) => id.split('/').length >= 3, 'is no id of an approval');

/** `shown`: the SHA-256 of what the person was shown; another text is refused. */
export const approvalBody = z
  .strictObject({
    id: approvalId,
    answer: z.enum(['approved', 'rejected']),
    reason: reason.optional(),
    shown: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  })
  .refine(
    ({ answer, reason: why }) => answer === 'approved' || why !== undefined,
    'a rejection needs a reason',
  );

export const approvalAnswer = z.object({
  id: z.string(),
  campaign: z.string(),
  because: z.string(),
  next: z.object({ because: z.string(), actions: z.array(z.string()).readonly() }).optional(),
}) satisfies z.ZodType<ApprovalResult>;
