import { z } from 'zod';
import type { NotStaged } from '../../../shared/domain/campaign/copies.ts';
import { deferralClasses, waitClasses } from '../../../shared/domain/rules/policy.ts';
import type { CampaignReport, ClientReport } from '../../views/report.ts';
import { buckets, type States } from '../../../shared/domain/outcome/states.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { forecastAnswer } from './surveys.ts';
import { retrySelections } from '../../domain/retry-selection.ts';
import { count, idSchema, lineFormat, rankedBlocker, reason, time, upgradeState } from './fields.ts';

/** Campaigns. `satisfies` keeps the answers equal to what the domain and the views compute. */

export const maybeReasonBody = z.strictObject({ reason: reason.optional() }).nullish();

export const retryBody = z.strictObject({ which: z.enum(retrySelections), reason: reason.optional() });

export const clientsQuery = z.strictObject({
  state: z.enum(buckets).optional(),
  wave: z.string().max(63).optional(),
  server: z.string().max(253).optional(),
  cause: z.string().min(1).max(200).optional(),
  format: lineFormat,
});

export const blockersQuery = z.strictObject({ campaign: idSchema.optional() });

const status = z.enum(['created', 'scheduled', 'waitingForRelease', 'running', 'paused', 'ended', 'aborted']);
const deferralClass = z.enum(deferralClasses);
const waitClass = z.enum(waitClasses);

const states = z.record(z.enum(buckets), count) satisfies z.ZodType<States>;

/** Who, why, and since when. */
const haltedBy = z.object({ by: z.string(), because: z.string(), at: time }).nullable();

const notStaged = z.object({
  logonServer: z.string(),
  filesOk: count,
  filesInAll: count,
  waiting: count,
  because: z.string(),
}) satisfies z.ZodType<NotStaged>;

const countByLogonServer = z.object({ logonServer: z.string(), clients: count });

export const planAnswer = z.object({
  campaign: z.string(),
  release: z.string(),
  releaseStaged: z.boolean(),
  start: z.enum(['byHand', 'whenStaged']),
  startAt: time.nullable(),
  fleet: count,
  selected: count,
  servers: count,
  siteWide: z.boolean(),
  left: count,
  notStaged: z.array(notStaged).readonly(),
  waves: z
    .array(
      z.object({ wave: z.string(), clients: count, logonServers: z.array(countByLogonServer).readonly() }),
    )
    .readonly(),
  logonServers: z.array(countByLogonServer).readonly(),
  /** What the last looks say about the selected clients; null where it was not asked. */
  forecast: forecastAnswer.nullable(),
});

const changed = z.object({ campaign: z.string(), status, because: z.string() });

/** `halted` is set while everything is halted: the campaign was changed, and begins nothing yet. */
export const changedAnswer = changed.extend({ halted: haltedBy });

/** While `cancelling`, `finishing` also counts the clients that were not visited yet. */
export const abortedAnswer = changed.extend({
  release: z.string(),
  /** Real milliseconds until nothing could begin any more. */
  stoppedInMs: count,
  cancelling: z.boolean(),
  finishing: count,
  stillMarked: count,
});

export type AbortedAnswer = z.infer<typeof abortedAnswer>;

export const statusAnswer = z.object({
  campaign: z.string(),
  release: z.string(),
  status,
  paused: z.object({ by: z.string(), because: z.string(), at: time }).nullable(),
  halted: haltedBy,
  withdrawn: haltedBy,
  aborted: z
    .object({ by: z.string(), because: z.string(), at: time, stillMarked: count, finishing: count })
    .nullable(),
  failures: z.array(z.object({ round: z.string(), because: z.string(), since: time })).readonly(),
  stillMarked: count,
  unmarked: count,
  startsAt: time.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  at: time,
  tookMs: z.number().nullable(),
  size: count,
  settled: count,
  notOk: count,
  states,
  waves: z
    .array(z.object({ wave: z.string(), size: count, states, isOpen: z.boolean(), gate: z.string() }))
    .readonly(),
  logonServers: z.array(z.object({ logonServer: z.string(), size: count, states })).readonly(),
  notStaged: z.array(notStaged).readonly(),
  deferrals: z.array(z.object({ class: waitClass, now: count, inAll: count })).readonly(),
  relocations: z.object({ done: count, undone: count }),
  willBlockAgain: count,
  causes: z.array(z.object({ cause: z.string(), count })).readonly(),
}) satisfies z.ZodType<CampaignStatus>;

export const campaignsAnswer = z.object({ halted: haltedBy, campaigns: z.array(statusAnswer).readonly() });

export const haltAnswer = z.object({ halted: haltedBy });

export const reopenedAnswer = z.object({ campaign: z.string(), reopened: count, passedOver: count });

export const blockersAnswer = z.object({
  campaigns: z.array(z.string()).readonly(),
  blockers: z.array(rankedBlocker).readonly(),
});

export const clientReport = z.object({
  client: z.string(),
  wave: z.string(),
  logonServer: z.string(),
  attempt: count,
  state: upgradeState,
  end: z.enum(['upgraded', 'skipped', 'failed', 'needsAttention', 'cancelled']).nullable(),
  cause: z.string().nullable(),
  reason: z.string().nullable(),
  settledAt: time.nullable(),
  blockers: z.array(z.string()).readonly(),
  evidence: z.string().nullable(),
  relocation: z.enum(['none', 'done', 'undone']),
  servicePath: z.string().nullable(),
  willBlockAgain: z.boolean(),
  deferrals: z.partialRecord(deferralClass, count),
}) satisfies z.ZodType<ClientReport>;

/** `campaign report --json`; `views/report.ts` and `views/status.ts` explain each field. */
export const reportAnswer = statusAnswer.extend({
  hash: z.string(),
  blockers: z.array(rankedBlocker).readonly(),
  clients: z.array(clientReport).readonly(),
}) satisfies z.ZodType<CampaignReport>;
