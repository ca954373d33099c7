import { z } from 'zod';
import { isHost, isHostKey, isVersionedId } from './input/names.ts';

/**
 * What the orchestrator asks of the process that runs an upgrade command on another host, and what
 * that process answers.
 */
export const upgradeOrder = z.strictObject({
  host: z.string().refine(isHost),
  port: z.int().min(1).max(65_535).nullable(),
  hostKeys: z.array(z.string().refine(isHostKey)).readonly(),
  /** The full path of the program or batch file, and its arguments. */
  command: z.array(z.string()).min(1).readonly(),
  release: z.string().refine(isVersionedId),
  limitMs: z.int().positive(),
  /** Files of the host to read after the command: full paths. */
  reads: z.array(z.string()).readonly(),
});

export type UpgradeOrder = z.infer<typeof upgradeOrder>;

export const upgradeMessage = z.discriminatedUnion('kind', [
  /** The command did not run. */
  z.strictObject({ kind: z.literal('fault'), code: z.string(), message: z.string() }),
  z.strictObject({
    kind: z.literal('ended'),
    /** `lost`: the connection broke, so the outcome of the command is not known. */
    how: z.enum(['exited', 'timedOut', 'stopped', 'lost']),
    exitCode: z.int().nullable(),
    output: z.string(),
    /** Processes of the command that still run there; null = there may be some. */
    left: z.array(z.int()).readonly().nullable(),
    /** The files that were to be read, by path; null = not there. */
    texts: z.record(z.string(), z.string().nullable()),
  }),
]);

export type UpgradeMessage = z.infer<typeof upgradeMessage>;
