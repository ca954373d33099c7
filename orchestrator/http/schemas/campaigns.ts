import { z } from 'zod';
import { plannedAnswer } from './planned.ts';
import type { NotStaged } from '../../../shared/domain/campaign/copies.ts';
import { waitClasses } from '../../../shared/domain/rules/policy.ts';
import type { CampaignReport } from '../../views/report.ts';
import { healthKinds } from '../../../shared/domain/observation/health.ts';
import { buckets, type States } from '../../../shared/domain/outcome/states.ts';
import type { HoldStatus } from '../../views/holds.ts';
import { ruleNames } from '../../views/rule-names.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { waitingCommand } from './approvals.ts';
import { clientReport } from './campaign-clients.ts';
import { editionAnswer } from './edition.ts';
import { clientHookAnswer, hookAnswer } from './hooks.ts';
import { pageAnswer } from './lists.ts';
import { forecastAnswer } from './surveys.ts';
import { binds, pastForecast } from './campaign-forecast.ts';
import { campaignStatuses, count, idSchema, position, rankedBlocker, time } from './fields.ts';

/** Campaigns. `satisfies` keeps the answers equal to what the domain and the views compute. */

export const blockersQuery = z.strictObject({ campaign: idSchema.optional() });

const status = z.enum(campaignStatuses);
const waitClass = z.enum(waitClasses);

const healthCounts = z.record(z.enum(healthKinds), count);
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

const held = z.object({ active: count, remedying: count });

const hold = z.object({
  logonServer: z.string(),
  by: z.string(),
  because: z.string(),
  at: time,
  clients: count,
  held,
  completing: count,
}) satisfies z.ZodType<HoldStatus>;

const countByLogonServer = z.object({ logonServer: z.string(), clients: count });

export const planAnswer = z.object({
  campaign: z.string(),
  release: z.string(),
  releaseStaged: z.boolean(),
  start: z.enum(['byHand', 'whenStaged']),
  startAt: time.nullable(),
  fleet: count,
  selected: count,
  selection: z.string().nullable(),
  /** `names` has the first hundred of each. */
  excluded: z
    .array(z.object({ reason: z.string(), clients: count, names: z.array(z.string()).readonly() }))
    .readonly(),
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
  rules: z.array(z.object({ rule: z.enum(ruleNames), says: z.string() })).readonly(),
  warnings: z.array(z.string()).readonly(),
  /** What the last looks say about the selected clients; null where it was not asked. */
  forecast: forecastAnswer.nullable(),
  /** Left out where nothing is known of the machines of its clients. */
  binds: binds.extend({ assumed: z.string() }).optional(),
});

const changed = z.object({ campaign: z.string(), status, because: z.string() });

/**
 * `halted` is set while everything is halted: the campaign was changed, and begins nothing yet. On
 * the clients of its `held` logon servers nothing begins either.
 */
export const changedAnswer = changed.extend({ held: z.array(z.string()).readonly(), halted: haltedBy });

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

const endForecast = z.object({
  madeAt: time.nullable(),
  ends: z.object({ p50: time.nullable(), p90: time }).nullable(),
  because: z.string().nullable(),
  says: z.string(),
});

export const statusAnswer = z.object({
  campaign: z.string(),
  release: z.string(),
  /** Left out where the file of the campaign names no ticket. */
  ticket: z.string().optional(),
  status,
  paused: z
    .object({
      by: z.string(),
      because: z.string(),
      at: time,
      byGate: z.boolean(),
      missed: z.string().nullable(),
    })
    .nullable(),
  removal: z
    .object({ kind: z.enum(['delete', 'archive']), by: z.string(), because: z.string(), at: time })
    .nullable(),
  held: held.nullable(),
  holds: z.array(hold).readonly(),
  /** Left out where every process runs that the campaign waits for. */
  missing: z
    .array(z.object({ process: z.enum(['leader', 'worker']), since: time.nullable(), says: z.string() }))
    .readonly()
    .optional(),
  /** Left out where the campaign has no speed. */
  speed: z.string().optional(),
  edition: editionAnswer.optional(),
  /** Left out where no slot of a restart is in use, or the campaign does not limit restarts. */
  restarts: z.array(z.string()).readonly().optional(),
  /** Left out where the campaign has no stop rules. */
  stops: z.array(z.string()).readonly().optional(),
  /** Left out where no logon server of the campaign has a limit over all campaigns. */
  shared: z.array(z.string()).readonly().optional(),
  actions: z.array(z.string()).readonly(),
  halted: haltedBy,
  withdrawn: haltedBy,
  aborted: z
    .object({ by: z.string(), because: z.string(), at: time, stillMarked: count, finishing: count })
    .nullable(),
  failures: z.array(z.object({ round: z.string(), because: z.string(), since: time })).readonly(),
  stillMarked: count,
  unmarked: count,
  startsAt: time.nullable(),
  hooks: z.array(hookAnswer).readonly().optional(),
  clientHooks: z.array(clientHookAnswer).readonly().optional(),
  end: z.object({ at: time, does: z.enum(['finish', 'cancel', 'force']), says: z.string() }).optional(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  at: time,
  tookMs: z.number().nullable(),
  size: count,
  /** How the clients of a campaign with `membership: joins` have changed; left out = not. */
  members: z.string().optional(),
  approvals: z.array(z.string()).readonly().optional(),
  /** Commands that wait for another person; left out = none does. */
  requests: z.array(waitingCommand).readonly().optional(),
  settled: count,
  states,
  health: healthCounts.optional(),
  waves: z
    .array(
      z.object({
        wave: z.string(),
        size: count,
        states,
        isOpen: z.boolean(),
        gate: z.string(),
        health: healthCounts.optional(),
      }),
    )
    .readonly(),
  logonServers: z.array(z.object({ logonServer: z.string(), size: count, states })).readonly(),
  notStaged: z.array(notStaged).readonly(),
  forecast: endForecast.optional(),
  /** Left out unless it runs, and where nobody can say; `endMs` is null for a sure fact. */
  binds: z.object({ says: z.string(), endMs: z.number().nullable() }).optional(),
  deferrals: z.array(z.object({ class: waitClass, now: count, inAll: count })).readonly(),
  learnedLooks: count.optional(),
  relocations: z.object({ done: count, undone: count }),
  willBlockAgain: count,
  causes: z.array(z.object({ cause: z.string(), count })).readonly(),
  window: z.string().exactOptional(),
  blackouts: z.array(z.string()).readonly().exactOptional(),
  position,
}) satisfies z.ZodType<CampaignStatus>;

const campaignsRead = z.array(statusAnswer).readonly();
export const campaignsAnswer = z.object({
  position,
  halted: haltedBy,
  campaigns: campaignsRead,
  ...pageAnswer,
});

/** `file` holds an archived campaign; null for a deleted one. */
export const removedAnswer = z.object({ campaign: z.string(), clients: count, file: z.string().nullable() });

/** A bulk check-in: how many clients were asked for a look, and how many will get one. */
export const checkInsAnswer = z.object({ campaign: z.string(), asked: count, looks: count });

export const haltAnswer = z.object({ halted: haltedBy });

export const reopenedAnswer = z.object({ campaign: z.string(), reopened: count, passedOver: count });

const inCampaign = rankedBlocker.omit({ blocker: true }).extend({ campaign: z.string() });

/** `inCampaigns`: the numbers of each campaign that has met the blocker. */
export const blockersAnswer = z.object({
  campaigns: z.array(z.string()).readonly(),
  blockers: z
    .array(rankedBlocker.extend({ inCampaigns: z.array(inCampaign).readonly().optional() }))
    .readonly(),
});

/** `campaign report --json`; `views/report.ts` and `views/status.ts` explain each field. */
const archived = z.object({ at: time, by: z.string(), because: z.string(), file: z.string() });

/** The campaigns that this orchestrator archived, as they stood then, the newest first. */
export const archiveAnswer = z.object({
  campaigns: z.array(z.object({ archived, status: statusAnswer })).readonly(),
  ...pageAnswer,
});

export const reportAnswer = statusAnswer.extend({
  hash: z.string(),
  archived: archived.nullable(),
  /** Left out where no earlier forecast is kept. */
  forecasts: z.array(pastForecast).readonly().optional(),
  planned: plannedAnswer.optional(),
  blockers: z.array(rankedBlocker).readonly(),
  clients: z.array(clientReport).readonly(),
}) satisfies z.ZodType<CampaignReport>;
