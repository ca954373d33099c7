import { z } from 'zod';
import type { RankedBlocker } from '../../../shared/domain/outcome/ranking.ts';

const count = z.int().nonnegative();

export const rankedBlocker = z.object({
  blocker: z.string(),
  alone: count,
  blocks: count,
  met: count,
}) satisfies z.ZodType<RankedBlocker>;
