import { z } from 'zod';
import { count, time } from './fields.ts';

const ends = z.object({ p50: time, p90: time }).nullable();

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
});

export type ForecastAnswer = z.infer<typeof forecastAnswer>;
