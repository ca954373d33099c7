import { z } from 'zod';
import { count, isTrue, time } from './fields.ts';

const ends = z.object({ p50: time, p90: time }).nullable();

/** A forecast that was made on the way, against what came. */
export const pastForecast = z.object({
  madeAt: time,
  finishedPercent: z.number(),
  p50: time,
  p90: time,
  held: z.boolean().nullable(),
  says: z.string(),
});

/** Without a limit the campaign ends `endMs` earlier, and nine of ten of its clients `mostMs`. */
export const limitGains = z
  .array(
    z.object({
      limit: z.string(),
      endMs: z.number().nullable(),
      mostMs: z.number().nullable(),
      says: z.string(),
    }),
  )
  .readonly();

/** What holds a campaign up. */
export const binds = z.object({
  says: z.string().nullable(),
  because: z.string().nullable(),
  limits: limitGains,
  tried: z.array(z.string()).readonly(),
});

/** `kept`: the newest forecast that the leader has made, and none is made for this request. */
export const endForecastQuery = z.strictObject({ kept: isTrue });

/** When a running campaign ends, by its own figures. */
export const forecastAnswer = z.object({
  campaign: z.string(),
  madeAt: time,
  ends,
  because: z.string().nullable(),
  waves: z.array(z.object({ wave: z.string(), ends })).readonly(),
  replicates: count,
  looked: count,
  settled: count,
  earlier: z.array(pastForecast).readonly(),
  inAll: z.object({ past: count, beforeP90: count, says: z.string() }).optional(),
  /** Left out where that was not asked. */
  binds: binds.optional(),
});

export type ForecastAnswer = z.infer<typeof forecastAnswer>;
