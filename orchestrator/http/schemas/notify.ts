import { z } from 'zod';
import type { NoticeLog, Redelivery, TestResult } from '../../notify/requests.ts';
import { count, time } from './fields.ts';

/** Messages; `notify/requests.ts` explains each field. */

const destination = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is not the name of a destination');

/** Without a name all destinations are meant. */
export const destinationBody = z.strictObject({ destination: destination.optional() });
export const messageParams = z.strictObject({
  message: z.string().regex(/^msg_[a-z0-9]{1,64}$/, 'is not the id of a message'),
});

export const notifyTestAnswer = z.object({
  results: z
    .array(
      z.object({
        destination: z.string(),
        form: z.enum(['webhook', 'slack', 'teams', 'mattermost', 'mail', 'command']),
        isDelivered: z.boolean(),
        because: z.string(),
      }) satisfies z.ZodType<TestResult>,
    )
    .readonly(),
});

export const noticeLogAnswer = z.object({
  destinations: z
    .array(
      z.object({
        destination: z.string(),
        form: z.string(),
        waiting: count,
        head: z.object({ message: z.string(), tries: count, next: time }).nullable(),
        disabled: z.string().nullable(),
      }),
    )
    .readonly(),
  deliveries: z
    .array(
      z.object({
        message: z.string(),
        title: z.string().nullable(),
        destination: z.string(),
        at: time,
        outcome: z.enum(['delivered', 'failed', 'gaveUp', 'disabled']),
        because: z.string(),
      }),
    )
    .readonly(),
}) satisfies z.ZodType<NoticeLog>;

export const redeliveryAnswer = z.object({
  message: z.string(),
  destinations: z.array(z.string()).readonly(),
}) satisfies z.ZodType<Redelivery>;
