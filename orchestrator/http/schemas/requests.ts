import { z } from 'zod';
import { retrySelections } from '../../domain/retry-selection.ts';
import { buckets } from '../../../shared/domain/outcome/states.ts';
import type { InputFault } from '../../../shared/input/input-fault.ts';
import { idForm, isId, isVersionedId, versionedIdForm } from '../../../shared/input/names.ts';

/**
 * Requests of the HTTP API, in the schemas that both sides check with. The answers stand beside
 * this file by subject. Times in answers are ISO 8601, UTC.
 */

/** Says who asks, percent-encoded; it is written into the audit beside the name of the token. */
export const userHeader = 'x-servpack-user';

/** Ids in paths and queries; anything else could name what it should not. */
export const idSchema = z.string().refine(isId, `is not ${idForm}`);
/** Names of releases and products. */
export const versionedIdSchema = z.string().refine(isVersionedId, `is not ${versionedIdForm}`);

export const campaignParams = z.strictObject({ campaign: idSchema });
export const clientParams = z.strictObject({ client: idSchema });

/** A file: its text and its name for the faults. */
export const fileBody = z.strictObject({ file: z.string().min(1).max(4096), text: z.string() });

/** A release file is read on the orchestrator's machine, where its upgrade command runs. */
export const stageBody = z.strictObject({
  path: z.string().min(1).max(4096),
  /** Stage also what was withdrawn. */
  override: z.boolean().default(false),
});

const reason = z.string().trim().min(1).max(500);

export const resumeBody = z
  .strictObject({ override: z.boolean().default(false), reason: reason.optional() })
  .nullish();

/** Why, for everyone who reads the status or the audit. */
export const reasonBody = z.strictObject({ reason });
export const maybeReasonBody = z.strictObject({ reason: reason.optional() }).nullish();

export const retryBody = z.strictObject({ which: z.enum(retrySelections), reason: reason.optional() });
export const orderBody = z.strictObject({ reason, campaign: idSchema.optional() });
export const releaseParams = z.strictObject({ release: versionedIdSchema });

/** No body at all is fine: `curl -X POST` from a logon script. */
export const checkInBody = z
  .strictObject({
    transcript: z
      .string()
      .max(256 * 1024)
      .optional(),
  })
  .nullish();

const isTrue = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const clientsQuery = z.strictObject({
  state: z.enum(buckets).optional(),
  wave: z.string().max(63).optional(),
  server: z.string().max(253).optional(),
  cause: z.string().min(1).max(200).optional(),
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
});

export const fleetQuery = z.strictObject({
  limit: z.coerce.number().int().min(0).max(1_000_000).default(100),
  logonServer: z.string().max(253).optional(),
  label: z.string().max(63).optional(),
});

/** Of check-in tokens; those of lower ones can be revoked. */
const generation = z.int().min(1).max(999_999_999);

export const tokensQuery = z.strictObject({
  client: idSchema.optional(),
  generation: z.coerce.number().pipe(generation).optional(),
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
});

export const revokeBody = z.strictObject({
  client: idSchema.optional(),
  below: generation.optional(),
  reason,
});

export const whyQuery = z.strictObject({ campaign: idSchema.optional(), evidence: isTrue });
export const clientQuery = z.strictObject({ entries: z.coerce.number().int().min(1).max(1_000).default(20) });
export const blockersQuery = z.strictObject({ campaign: idSchema.optional() });

export const healthAnswer = z.object({
  version: z.string(),
  /** Policy time. */
  now: z.string(),
});

export const leaderAnswer = z.object({
  /** Null while no orchestrator leads: campaigns stand still, and requests are answered. */
  leader: z
    .object({
      /** Host, process id and a random part. */
      owner: z.string(),
      /** Grows with every term. */
      fence: z.int(),
      /** Real time of Redis: its lease ends then unless it is renewed. */
      until: z.string(),
    })
    .nullable(),
});

const inputFault = z.object({
  file: z.string(),
  line: z.int(),
  key: z.string(),
  wrong: z.string(),
  expected: z.string(),
}) satisfies z.ZodType<InputFault>;

/** Every answer that is not what was asked for. `code` is stable, `message` is one sentence. */
export const refusalAnswer = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    faults: z.array(inputFault).readonly().optional(),
  }),
});

export type RefusalAnswer = z.infer<typeof refusalAnswer>;

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
