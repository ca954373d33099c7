import { z } from 'zod';
import { ends } from '../../../shared/domain/outcome/ending.ts';
import type { CampaignSimulation } from '../../background/results.ts';
import { limitGains } from './campaign-forecast.ts';
import { campaignBody, count, rankedBlocker, time } from './fields.ts';

/** A campaign file on virtual time: `simulation/answer.ts` explains each field. */

const budget = z.int().min(1).max(1_000_000);

export const simulationBody = campaignBody.extend({
  /** The same text gives the same simulation again. */
  seed: z.string().min(1).max(63).default('1'),
  /** Outweigh those of the file; the answer has the file with them. */
  budgets: z.strictObject({ active: budget.optional(), perLogonServer: budget.optional() }).default({}),
});

const percentiles = { p50: time.nullable(), p90: time.nullable() };

/** Clients that are finished in each of the equal parts of the whole time. */
const finished = z.array(count).readonly();

export const simulationAnswer = z.object({
  campaign: z.string(),
  clients: count,
  isModel: z.boolean(),
  seed: z.string(),
  startsAt: time,
  endsAt: time.nullable(),
  because: z.string().nullable(),
  tookMs: z.number().nullable(),
  end: z.object({
    ...percentiles,
    replicates: count,
    fleet: z.string(),
    isWhole: z.boolean(),
    noP90: z.string().nullable(),
  }),
  waves: z
    .array(
      z.object({
        ...percentiles,
        wave: z.string(),
        size: count,
        opensAt: time.nullable(),
        settlesAt: time.nullable(),
        ends: z.record(z.enum(ends), count),
        unfinished: count,
        finished,
      }),
    )
    .readonly(),
  faster: limitGains,
  tried: z.array(z.string()).readonly(),
  assumptions: z.array(z.string()).readonly(),
  blockers: z.array(rankedBlocker).readonly(),
  /** The largest logon servers of what was simulated. */
  logonServers: z.array(z.object({ logonServer: z.string(), clients: count, finished })).readonly(),
  budgets: z.object({ active: count, perLogonServer: count }),
  /** The campaign file with these budgets. */
  text: z.string(),
}) satisfies z.ZodType<CampaignSimulation>;
