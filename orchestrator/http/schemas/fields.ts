import { z } from 'zod';
import type { InputFault } from '../../../shared/input/input-fault.ts';
import { isVersionedId, versionedIdForm } from '../../../shared/input/names.ts';
import type { RankedBlocker } from '../../../shared/domain/outcome/ranking.ts';
import type { Refusal } from '../../refusal.ts';
import { idForm, isId } from '../../input/names.ts';

/**
 * What the schemas of several subjects share. Each subject has a file of its own with its requests
 * and answers. Both sides of the API check with these schemas. Times in answers are ISO 8601, UTC.
 */

/**
 * Every JSON document of the API and of the command line carries this number. It grows when a field
 * goes, or means something else; a new field is no change.
 */
export const schemaVersion = 1;

export const count = z.int().nonnegative();
export const time = z.string();

/** Where a reader of `GET /v1/events` goes on after this answer: its `lastEventId`. */
export const position = z.string().exactOptional();

/** Names the person who asks, percent-encoded. The audit names that person and the token. */
export const userHeader = 'x-servpack-user';

/** Ids in paths and queries: nothing else may get into a key of Redis or a path. */
export const idSchema = z.string().refine(isId, `is not ${idForm}`);
/** Names of releases and products. */
export const versionedIdSchema = z.string().refine(isVersionedId, `is not ${versionedIdForm}`);

export const campaignParams = z.strictObject({ campaign: idSchema });
export const clientParams = z.strictObject({ client: idSchema });

/** A file: its text and its name for the faults. */
export const fileBody = z.strictObject({ file: z.string().min(1).max(4096), text: z.string() });

const calendars = z.record(z.string().min(1).max(200), z.string()).exactOptional();

/** A campaign file, and the calendar files that it names. */
export const campaignBody = fileBody.extend({ calendars });

/** The same as an answer. */
export const campaignTextAnswer = z.object({ file: z.string(), text: z.string(), calendars });

/** Half of a character would not be the same text once it is written. */
export const reason = z
  .string()
  .trim()
  .overwrite((text) => text.toWellFormed())
  .min(1)
  .max(500);

const resume = z.strictObject({ override: z.boolean().default(false), reason: reason.optional() });

export const resumeBody = resume.nullish();

/**
 * `acceptFailures`: the failures that the person was shown; another number is refused. `startNow`:
 * start the campaign whose moment has passed while its start was paused.
 */
export const resumeCampaignBody = resume
  .extend({ acceptFailures: count.optional(), startNow: z.boolean().optional() })
  .nullish();

/** `to` is a moment with its time zone, as `startAt` of the campaign file. */
export const postponeBody = z.strictObject({ to: z.string().max(100), reason });

/** Names of logon servers, as a person writes them. */
const logonServers = z.array(z.string().trim().min(1).max(253)).min(1).max(100);

export const holdBody = z.strictObject({ logonServers, reason });

export const unholdBody = resume.extend({ logonServers });

/** The reason goes into the status and the audit. */
export const reasonBody = z.strictObject({ reason });

/** `override`: also when another person has paused the start. */
export const unscheduleBody = z.strictObject({ reason, override: z.boolean().optional() });

/** The reason of what a person does may be left out. */
export const optionalReasonBody = z.strictObject({ reason: reason.optional() }).nullish();

export const isTrue = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** The form of what is streamed line by line. */
export const lineFormat = z.enum(['jsonl', 'csv']).default('jsonl');

/** Lines in place of one JSON document, as the header `Accept` asks for them. */
export const acceptedFormat = lineFormat
  .unwrap()
  .optional()
  .describe('The whole list line by line, as with the header `Accept`; `limit` does not apply to it.');

const inputFault = z.object({
  file: z.string(),
  line: z.int(),
  column: z.int().optional(),
  key: z.string(),
  wrong: z.string(),
  expected: z.string(),
}) satisfies z.ZodType<InputFault>;

/** The answer to a request that failed. `code` is stable, `message` is one sentence. */
export const refusalAnswer = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    faults: z.array(inputFault).readonly().optional(),
  }),
});

export type RefusalAnswer = z.infer<typeof refusalAnswer>;

/** A refusal as JSON. The cause stays out: callers must not see what it may hold. */
export const refusalOf = ({ code, message, faults }: Refusal): RefusalAnswer => ({
  error: { code, message, ...(faults === undefined ? {} : { faults }) },
});

export const campaignStatuses = [
  'created',
  'scheduled',
  'waitingForRelease',
  'running',
  'paused',
  'ended',
  'aborted',
] as const;

/** The state of an upgrade as answers name it; a waiting client has no record yet. */
export const upgradeState = z.enum([
  'waiting',
  'looking',
  'marking',
  'unmarking',
  'updating',
  'ordering',
  'restarting',
  'notifying',
  'deferred',
  'remedying',
  'settled',
]);

/**
 * How large the JSON of a file may be. JSON writes a line end as two characters; 1.25 leaves room
 * for that and for quotes.
 */
export const jsonLimit = (bytes: number): number => Math.ceil(bytes * 1.25);

/** A blocker and the clients it concerns; see `RankedBlocker`. */
export const rankedBlocker = z.object({
  blocker: z.string(),
  alone: count,
  blocks: count,
  met: count,
}) satisfies z.ZodType<RankedBlocker>;
