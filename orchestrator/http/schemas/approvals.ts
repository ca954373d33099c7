import { z } from 'zod';
import { guardedCommands } from '../../../shared/domain/campaign/command-request.ts';
import type { ApprovalResult, OpenApproval } from '../../campaigns/approvals.ts';
import type { WaitingCommand } from '../../views/request-words.ts';
import { idSchema, reason, time } from './fields.ts';

/** Questions that wait for the approval of a person, and their answers. */

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
  /** The command that a person has asked for; left out = the campaign itself asks. */
  command: z.enum(guardedCommands).optional(),
  /** The release that the command is about; `campaign` is empty then. */
  release: z.string().optional(),
  askedBy: z.string().optional(),
  /** Who reads this has asked for it, and cannot approve it; left out = the campaign asks. */
  isOwn: z.boolean().optional(),
  /** Who may approve, until when, and the commands; left out = the campaign itself asks. */
  next: z.string().optional(),
  /** Another person has approved it, and it is being carried out. */
  approvedBy: z.string().optional(),
  /** What the person who answers is shown, and its SHA-256. */
  text: z.array(z.string()).readonly(),
  /** What the command would do now; left out = the same, or that is not counted again. */
  now: z.array(z.string()).readonly().optional(),
  shown: z.string(),
}) satisfies z.ZodType<OpenApproval>;

/** A command that waits for another person, in the status of its campaign, or of that release. */
export const waitingCommand = z.object({
  id: z.string(),
  command: z.enum(guardedCommands),
  client: z.string().nullable(),
  askedBy: z.string(),
  since: time,
  expires: time,
  says: z.string(),
  actions: z.array(z.string()).readonly(),
}) satisfies z.ZodType<WaitingCommand>;

/** The command waits for the approval of another person; nothing was done yet. */
export const askedAnswer = z.object({ asked: openApproval });

export const approvalsAnswer = z.object({ approvals: z.array(openApproval).readonly() });

/**
 * `CAMPAIGN/wave/NAME`, `CAMPAIGN/remediation/STEP` or
 * `CAMPAIGN/client/NAME/ATTEMPT/STEP/SERVICE`; of a command `CAMPAIGN/abort/NUMBER`,
 * `CAMPAIGN/undo/CLIENT/NUMBER` or `RELEASE/withdraw/NUMBER`, for instance.
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

/** The person who has asked for a command takes the request back. */
export const retractBody = z.strictObject({ id: approvalId, reason });

/** Whether a command waits for another person, and nothing was done yet. */
export const isAsked = (value: unknown): value is z.output<typeof askedAnswer> =>
  typeof value === 'object' && value !== null && 'asked' in value;
