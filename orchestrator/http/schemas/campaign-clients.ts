import { z } from 'zod';
import { ends } from '../../../shared/domain/outcome/ending.ts';
import { healthKinds } from '../../../shared/domain/observation/health.ts';
import { buckets, groupNames } from '../../../shared/domain/outcome/states.ts';
import { deferralClasses, waitClasses } from '../../../shared/domain/rules/policy.ts';
import { readDuration } from '../../../shared/input/quantities.ts';
import type { Blocking } from '../../campaigns/client-filter.ts';
import type { ClientReport } from '../../views/report.ts';
import { retrySelections } from '../../domain/retry-selection.ts';
import { acceptedFormat, count, idSchema, isTrue, reason, time, upgradeState } from './fields.ts';
import { pageFields, pageOf } from './lists.ts';

/** Clients of a campaign: which are asked for, and what is said of each. */

const stuckTime = z.string().transform((text, context) => {
  const ms = readDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue('is not a time such as 90s, 30m, 4h or 2d');
  return z.NEVER;
});

const clientFilter = {
  /** A state, or a group of states that are one number on a screen. */
  state: z.enum([...buckets, ...groupNames]).optional(),
  wave: z.string().max(63).optional(),
  server: z.string().max(253).optional(),
  cause: z.string().min(1).max(200).optional(),
  /** The whole cause of an end, as `causes` of the status names it. */
  causeIs: z.string().min(1).max(500).optional(),
  waitsFor: z.enum(waitClasses).optional(),
  /** A blocker as the ranking names it. */
  blocker: z.string().min(1).max(500).optional(),
  /** How it concerns the client: it alone blocks it, it blocks it, or it was ever found. */
  blocks: z.enum(['alone', 'now', 'ever'] satisfies readonly Blocking[]).optional(),
  relocation: z.enum(['done', 'undone']).optional(),
  willBlockAgain: isTrue,
  marked: isTrue,
  /** A duration such as `3d`: clients that have waited at least so long. */
  stuck: stuckTime.optional(),
};

/** `format`: lines, as with `Accept`; `limit` and `after` do not apply to them. */
export const clientsQuery = z.strictObject({
  ...clientFilter,
  /** Only clients whose names begin so, in any case. */
  prefix: z.string().max(63).optional(),
  format: acceptedFormat,
  ...pageFields,
});

/** Which clients of a campaign are looked at as soon as possible. */
export const checkInsBody = z.strictObject({
  wave: clientFilter.wave,
  server: clientFilter.server,
  cause: clientFilter.cause,
  stuck: clientFilter.stuck,
});

/** Clients by name, or all that a filter lets through; with `dryRun` the answer only counts. */
const bulk = {
  clients: z.array(idSchema).min(1).max(1_000).optional(),
  filter: z
    .strictObject({
      ...clientFilter,
      willBlockAgain: z.boolean().optional(),
      marked: z.boolean().optional(),
      prefix: z.string().max(63).optional(),
    })
    .optional(),
  dryRun: z.boolean().default(false),
};

const isOne = (...given: readonly unknown[]): boolean =>
  given.filter((each) => each !== undefined).length === 1;

/** Exactly one of `which`, `clients` and `filter`. */
export const retryBody = z
  .strictObject({ which: z.enum(retrySelections).optional(), ...bulk, reason: reason.optional() })
  .refine(({ which, clients, filter }) => isOne(which, clients, filter), {
    error: 'needs exactly one of which, clients and filter',
  });

/** Exactly one of `clients` and `filter`. */
export const skipBody = z
  .strictObject({ ...bulk, reason })
  .refine(({ clients, filter }) => isOne(clients, filter), {
    error: 'needs exactly one of clients and filter',
  });

export const skippedAnswer = z.object({ campaign: z.string(), skipped: count, passedOver: count });

export const clientReport = z.object({
  client: z.string(),
  wave: z.string(),
  logonServer: z.string(),
  attempt: count,
  state: upgradeState,
  end: z.enum(ends).nullable(),
  cause: z.string().nullable(),
  reason: z.string().nullable(),
  settledAt: time.nullable(),
  blockers: z.array(z.string()).readonly(),
  evidence: z.string().nullable(),
  relocation: z.enum(['none', 'done', 'undone']),
  servicePath: z.string().nullable(),
  willBlockAgain: z.boolean(),
  deferrals: z.partialRecord(z.enum(deferralClasses), count),
  waitsFor: z.enum(waitClasses).nullable(),
  since: time.nullable(),
  next: time.nullable(),
  tries: count.nullable(),
  held: z.string().nullable(),
  stillMarked: z.boolean(),
  unmarked: z.object({ at: time, done: z.boolean(), because: z.string() }).nullable(),
  health: z.object({ kind: z.enum(healthKinds), at: time, because: z.string().nullable() }).optional(),
}) satisfies z.ZodType<ClientReport>;

export const clientsAnswer = pageOf(clientReport);
