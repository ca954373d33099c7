import { z } from 'zod';
import { count, time } from './fields.ts';

const ms = z.int();

const cause = z.object({ cause: z.string(), plannedMs: ms, actualMs: ms, moreMs: ms });

const ends = z.object({ p50: time.nullable(), p90: time.nullable(), actual: time.nullable() });

/** What was planned when a campaign started, against what came. */
export const plannedAnswer = z.object({
  madeAt: time.nullable(),
  comparedAt: time.nullable(),
  because: z.string().nullable(),
  seed: z.string().nullable(),
  replicates: count,
  assumptions: z.array(z.string()).readonly(),
  ends: ends.nullable(),
  laterMs: ms.nullable(),
  causes: z.array(cause).readonly(),
  restMs: ms.nullable(),
  waves: z
    .array(
      z.object({
        wave: z.string(),
        opens: z.object({ planned: time.nullable(), actual: time.nullable() }),
        ends,
        laterMs: ms.nullable(),
        causes: z.array(cause).readonly(),
        restMs: ms.nullable(),
      }),
    )
    .readonly(),
  besides: z.array(z.string()).readonly(),
});
