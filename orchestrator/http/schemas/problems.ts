import { z } from 'zod';
import { problemKinds, type ProblemKindName } from '../problem-kinds.ts';
import { refusalAnswer, schemaVersion } from './fields.ts';

/**
 * The answer to a refused request: a problem document (RFC 9457). `error` says the same as earlier
 * versions did.
 */
export const problemAnswer = refusalAnswer.extend({
  schemaVersion: z.literal(schemaVersion),
  /** The kind of problem; a stable address, answered by the same orchestrator. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** One sentence about this request. */
  detail: z.string(),
  /** The request, by the id under which the log has it. */
  instance: z.string(),
  /** Stable; finer than `type`. */
  code: z.string(),
  /** What is wrong in the request or in its file, place by place. */
  errors: z
    .array(z.object({ detail: z.string(), pointer: z.string(), line: z.int().optional() }))
    .readonly()
    .optional(),
  /** The roles that allow what was asked, and the one that the caller has. */
  role: z.object({ needs: z.array(z.string()).readonly(), has: z.string() }).optional(),
});

export type Problem = z.infer<typeof problemAnswer>;

export const problemParams = z.strictObject({
  kind: z.enum(Object.keys(problemKinds) as [ProblemKindName, ...ProblemKindName[]]),
});
