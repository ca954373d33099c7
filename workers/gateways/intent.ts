import { z } from 'zod';
import type { Intent, Service } from '../../shared/domain/observation/observation.ts';

/** Something else that a client says in its place must never be taken for a hash. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const startTypeSchema = z.enum(['automatic', 'delayed', 'manual', 'disabled']);

/** A service as a gateway brings it or finds it recorded. */
export const serviceSchema = z.strictObject({
  name: z.string(),
  imagePath: z.string(),
  startType: startTypeSchema,
  state: z.enum(['running', 'stopped', 'startPending', 'stopPending']),
  pid: z.int().nullable(),
  account: z.string(),
  dependsOn: z.array(z.string()).readonly(),
  neededBy: z.array(z.string()).readonly().exactOptional(),
  kept: z.record(z.string(), z.string()).readonly().exactOptional(),
}) satisfies z.ZodType<Service>;

const place = { campaign: z.string(), direction: z.enum(['forward', 'back']), step: z.string() };

const servicePreImage = z.strictObject({
  service: serviceSchema,
  sha256: z.string(),
  from: z.string(),
  to: z.string(),
  by: z.literal('reinstall').exactOptional(),
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

/** The record of an open procedure, as a gateway writes it onto a client and reads it back. */
export const intentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...place, kind: z.enum(['relocation', 'workaround']), preImage: servicePreImage }),
  z.strictObject({ ...place, kind: z.enum(['swap', 'replaceAtRestart']), preImage: swapPreImage }),
]) satisfies z.ZodType<Intent>;

/** Nothing has been changed yet when this is recorded: what is still kept of a service is of another time, and must not come back. */
export const beginsReinstall = (intent: Intent): boolean =>
  intent.step === 'record' && intent.kind === 'relocation' && intent.preImage.by === 'reinstall';

/** The intent in a text; null when it is none, which is never the same as "there is none". */
export function parseIntent(text: string): Intent | null {
  try {
    return intentSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
