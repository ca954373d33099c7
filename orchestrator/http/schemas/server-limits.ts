import { z } from 'zod';
import type { LimitInUse, LimitRequest } from '../../fleet/server-limits.ts';
import { count, reason, time } from './fields.ts';

/** Limits of logon servers over all campaigns. */

/** `logonServer` null = every one without a limit of its own; `active` null takes a limit back. */
export const serverLimitBody = z.strictObject({
  logonServer: z.string().trim().min(1).max(253).nullable(),
  active: z.int().min(1).max(1_000_000).nullable(),
  reason,
}) satisfies z.ZodType<LimitRequest>;

const serverLimit = z.object({
  logonServer: z.string().nullable(),
  active: count,
  by: z.string(),
  because: z.string(),
  at: time,
  inUse: count.nullable(),
}) satisfies z.ZodType<Omit<LimitInUse, 'at'> & { at: string }>;

export const serverLimitsAnswer = z.object({ limits: z.array(serverLimit).readonly() });

export type ServerLimitsAnswer = z.infer<typeof serverLimitsAnswer>;
