import { z } from 'zod';
import type { EditionNow } from '../../views/edition-now.ts';
import { count, time } from './fields.ts';

/** The last change of a campaign's definition; left out where it was never changed. */
export const editionAnswer = z.object({
  edition: count,
  by: z.string(),
  at: time,
  inWords: z.string(),
  because: z.string(),
  changes: z.array(z.string()).readonly(),
}) satisfies z.ZodType<EditionNow>;
