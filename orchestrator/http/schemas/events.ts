import { z } from 'zod';
import { auditLine } from './audit.ts';
import { statusAnswer } from './campaigns.ts';
import { count } from './fields.ts';

/** The data of the events of `GET /v1/events`. */

/** As an answer names a place in the audit: `1764464000000-3`, with more shards `…-3.…-0`. */
const position = z.string().max(2_000);

export const eventsQuery = z.strictObject({
  topics: z
    .string()
    .min(1)
    .max(5_000)
    .describe('`heads`, `feed` and `campaign:NAME`, with commas between them.'),
  lastEventId: position.optional().describe('As the header `Last-Event-ID`, which wins over it.'),
});

/** A campaign that has changed. */
export const eventHead = z.object({
  campaign: z.string(),
  /** Parts of the status that are left out, because an event has at most 4 kB. */
  leftOut: z.array(z.string()).readonly(),
  status: statusAnswer.partial(),
});

/** An entry of the audit, as it was written. */
export const eventEntry = auditLine.omit({ block: true, campaignHash: true, beside: true });

/** Entries that are only counted: those after `from`, up to and with `to`. */
export const eventEntries = z.object({
  from: position,
  to: position,
  count,
  countIs: z.enum(['exact', 'atLeast']),
});

/** The questions of a campaign that wait for a person have changed. */
export const eventApproval = z.object({ campaign: z.string(), approvals: z.array(z.string()).readonly() });

/** Read again: events are missing, or, with a campaign, the campaign is no longer there. */
export const eventReset = z.object({ because: z.string(), campaign: z.string().optional() });

export type EventHead = z.infer<typeof eventHead>;
export type EventEntry = z.infer<typeof eventEntry>;
export type EventEntries = z.infer<typeof eventEntries>;
export type EventApproval = z.infer<typeof eventApproval>;
export type EventReset = z.infer<typeof eventReset>;

/** By the name of the event. */
export const eventSchemas = {
  head: eventHead,
  entry: eventEntry,
  entries: eventEntries,
  approval: eventApproval,
  reset: eventReset,
} as const;
