import { z } from 'zod';
import type { Forecast } from '../../views/survey-forecast.ts';
import type { LookReport } from '../../../shared/domain/survey/last-look.ts';
import type { Findings, SurveyStatus } from '../../../shared/domain/survey/survey.ts';
import { remarks, verdictKinds } from '../../../shared/domain/observation/verdict.ts';
import { isHost } from '../../../shared/input/names.ts';
import { count, fileBody, idSchema, isTrue, rankedBlocker, time, versionedIdSchema } from './fields.ts';
import { isId } from '../../input/names.ts';
import { pageAnswer } from './lists.ts';

/** Questions and answers about looks that change nothing. Times are ISO 8601, UTC. */

/** A client of the fleet, or a host that the fleet does not have. */
const machine = z.string().refine((name) => isId(name) || isHost(name), 'is neither a client nor a host');

const selection = {
  labels: z.array(z.string().min(1).max(63)).max(100).default([]),
  logonServers: z.array(z.string().min(1).max(253)).max(1_000).default([]),
};

/**
 * What to look at: named machines, the clients of a fleet file that is not imported, or those of
 * the fleet.
 */
const surveyTargets = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('names'), names: z.array(machine).min(1).max(100_000) }),
  z.strictObject({ from: z.literal('file'), ...fileBody.shape, ...selection }),
  z.strictObject({ from: z.literal('fleet'), ...selection }),
]);

export type SurveyTargets = z.output<typeof surveyTargets>;

const day = 24 * 60;

export const surveyBody = z.strictObject({
  targets: surveyTargets,
  /** The product of the release when one is named, else this one. */
  product: versionedIdSchema.optional(),
  /** With a release, clients that already have it are counted apart. */
  release: versionedIdSchema.optional(),
  /** The survey ends after so many minutes of real time, whether or not all were looked at. */
  withinMinutes: z
    .int()
    .min(1)
    .max(7 * day)
    .default(day),
});

export type SurveyRequest = z.output<typeof surveyBody>;

export const surveyParams = z.strictObject({ survey: idSchema });

export const surveyLooksQuery = z.strictObject({
  verdict: z.enum(verdictKinds).optional(),
  cursor: z
    .string()
    .regex(/^(\d{1,9}(-\d{1,9}){0,63})?$/, 'is not a cursor')
    .default(''),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
  evidence: isTrue,
  freeTime: isTrue,
});

const findings = {
  verdicts: z.record(z.enum(verdictKinds), count),
  structural: count,
  movable: count,
  inCampaign: count,
  remarks: z.partialRecord(z.enum(remarks), count),
  failures: z.record(z.string(), count),
  blockers: z.array(rankedBlocker).readonly(),
} satisfies Record<keyof Findings, z.ZodType>;

export const surveyAnswer = z.object({
  survey: z.string(),
  status: z.enum(['running', 'done', 'cancelled', 'expired']),
  by: z.string(),
  at: time,
  what: z.string(),
  product: z.string(),
  release: z.string().nullable(),
  total: count,
  looked: count,
  endedBy: z.string().nullable(),
  endedAt: time.nullable(),
  ...findings,
}) satisfies z.ZodType<SurveyStatus>;

export const surveysAnswer = z.object({ surveys: z.array(surveyAnswer).readonly(), ...pageAnswer });

export const lookAnswer = z.object({
  client: z.string(),
  isInFleet: z.boolean(),
  at: time,
  verdict: z.enum(verdictKinds),
  says: z.string(),
  structural: z.boolean(),
  movable: z.boolean(),
  blockers: z.array(z.string()).readonly(),
  failure: z.string().nullable(),
  remarks: z.array(z.enum(remarks)).readonly(),
  campaign: z.string().nullable(),
  evidence: z.string().nullable(),
}) satisfies z.ZodType<LookReport>;

export const surveyLooksAnswer = z.object({
  /**
   * In the order in which they were made. The raw text where it was asked for and is kept; when
   * campaigns have found the client free, where that was asked for and is known.
   */
  looks: z
    .array(
      lookAnswer.extend({
        evidenceText: z.string().nullable().optional(),
        freeTime: z.string().optional(),
      }),
    )
    .readonly(),
  /** For the next page. */
  cursor: z.string(),
  /** There is nothing behind this page, and there never will be. */
  isLast: z.boolean(),
});

export const forecastAnswer = z.object({
  looked: count,
  notLooked: count,
  oldest: time.nullable(),
  relocations: count,
  mayRelocate: z.boolean(),
  ...findings,
}) satisfies z.ZodType<Forecast>;
