import { z } from 'zod';
import type { ReportDocument } from '../../report/document.ts';

/** The report of a campaign in parts, as the HTML and Markdown are made of. */

const table = z.object({
  caption: z.string(),
  heads: z.array(z.string()).readonly(),
  /** The first cell names its row. */
  rows: z.array(z.array(z.union([z.string(), z.number()])).readonly()).readonly(),
});

const tone = z.enum(['good', 'mixed', 'bad', 'open']);

/** `svg` is the drawing of a chart, with its texts escaped. */
const block = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({
    kind: z.literal('facts'),
    facts: z.array(z.tuple([z.string(), z.string()]).readonly()).readonly(),
  }),
  z.object({ kind: z.literal('table'), table }),
  z.object({ kind: z.literal('commands'), commands: z.array(z.string()).readonly() }),
  z.object({ kind: z.literal('folded'), summary: z.string(), table }),
  z.object({ kind: z.literal('chart'), svg: z.string(), table }),
]);

export const reportDocumentAnswer = z.object({
  title: z.string(),
  about: z.string(),
  verdict: z.object({ tone, word: z.string(), says: z.string() }),
  figures: z.array(z.object({ value: z.string(), label: z.string(), tone })).readonly(),
  sections: z.array(z.object({ title: z.string(), blocks: z.array(block).readonly() })).readonly(),
  footer: z.string(),
}) satisfies z.ZodType<ReportDocument>;
