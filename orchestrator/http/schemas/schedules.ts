import { z } from 'zod';
import type { ScheduleView } from '../../schedules/schedule-words.ts';
import { idSchema, time } from './fields.ts';
import { pageAnswer } from './lists.ts';

/** Recurring campaigns; `schedules/schedule-words.ts` explains each field. */

export const scheduleParams = z.strictObject({ schedule: idSchema });

export const scheduleAnswer = z.object({
  schedule: z.string(),
  status: z.enum(['scheduled', 'paused', 'beginning', 'over']),
  says: z.string(),
  missed: z.enum(['run', 'skip']),
  createdAt: time,
  createdBy: z.string(),
  paused: z.object({ by: z.string(), because: z.string(), at: time }).nullable(),
  next: z.array(z.object({ at: time, says: z.string() })).readonly(),
  past: z
    .array(
      z.object({
        at: time,
        campaign: z.string().nullable(),
        outcome: z.enum(['started', 'skipped', 'missed']),
        because: z.string(),
      }),
    )
    .readonly(),
  /** What a plan of its file warns of, in the answers to a creation and to a run. */
  warnings: z.array(z.string()).readonly().optional(),
}) satisfies z.ZodType<ScheduleView>;

export type ScheduleAnswer = z.infer<typeof scheduleAnswer>;

export const schedulesAnswer = z.object({ schedules: z.array(scheduleAnswer).readonly(), ...pageAnswer });
