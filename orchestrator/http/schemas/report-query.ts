import { z } from 'zod';
import { sha256Schema } from './audit.ts';
import { acceptedFormat, isTrue } from './fields.ts';

/** `archived`: the archived campaign, also where another one of its name is there. */
export const reportQuery = z.strictObject({ archived: isTrue, format: acceptedFormat });

/** `file` and `sha256` name a list of all clients that goes with the report. */
export const writtenReportQuery = z.strictObject({
  archived: isTrue,
  file: z.string().min(1).max(255).optional(),
  sha256: sha256Schema.optional(),
});
