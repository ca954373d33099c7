import { z } from 'zod';
import type { Intent, Service } from '../domain/observation/observation.ts';

/** Other text in the place of a hash is never taken for one. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const startTypeSchema = z.enum(['automatic', 'delayed', 'manual', 'disabled']);

/** A service as a gateway reads it, and as an intent records it. */
export const serviceSchema = z.strictObject({
  name: z.string(),
  imagePath: z.string(),
  executable: z.string().exactOptional(),
  pathType: z.literal('REG_SZ').exactOptional(),
  startType: startTypeSchema,
  state: z.enum(['running', 'stopped', 'startPending', 'stopPending']),
  pid: z.int().nullable(),
  account: z.string(),
  dependsOn: z.array(z.string()).readonly(),
  neededBy: z.array(z.string()).readonly().exactOptional(),
  kept: z.record(z.string(), z.string()).readonly().exactOptional(),
}) satisfies z.ZodType<Service>;

const position = { campaign: z.string(), direction: z.enum(['forward', 'back']), step: z.string() };

const servicePreImage = z.strictObject({
  service: serviceSchema,
  sha256: z.string(),
  from: z.string(),
  to: z.string(),
  by: z.literal('reinstall').exactOptional(),
  found: z.literal(true).exactOptional(),
});

const swappedFile = z.strictObject({
  name: z.string(),
  before: sha256Schema.nullable(),
  after: sha256Schema,
});

const swapPreImage = z.strictObject({
  service: serviceSchema.nullable(),
  directory: z.string(),
  staging: z.string(),
  backup: z.string(),
  keepsBackup: z.boolean(),
  files: z.array(swappedFile).readonly(),
});

/** The record of an open procedure on a client. */
export const intentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...position, kind: z.enum(['relocation', 'workaround']), preImage: servicePreImage }),
  z.strictObject({ ...position, kind: z.enum(['swap', 'replaceAtRestart']), preImage: swapPreImage }),
]) satisfies z.ZodType<Intent>;

/**
 * Does this intent open a relocation by reinstalling? Nothing is changed yet at that step, so a
 * kept registry key on the client belongs to an earlier procedure and must not be used.
 */
export const beginsReinstall = (intent: Intent): boolean =>
  intent.step === 'record' && intent.kind === 'relocation' && intent.preImage.by === 'reinstall';

/**
 * Reads an intent; null when the text is not an intent, which does not mean that the client has
 * none.
 */
export function parseIntent(text: string): Intent | null {
  try {
    return intentSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
