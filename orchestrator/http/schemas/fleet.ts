import { z } from 'zod';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { fleetColumns } from '../../input/fleet-columns.ts';
import { pageAnswer, pageAtMost, pageFields } from './lists.ts';
import { count, fileBody, idSchema, lineFormat, reason } from './fields.ts';

/** The fleet, check-in tokens, and a sample of clients. */

export { type ColumnMapping, fleetColumns } from '../../input/fleet-columns.ts';

export const fleetQuery = z.strictObject({
  ...pageFields,
  /** 0 = the numbers alone. */
  limit: z.coerce.number().int().min(0).max(pageAtMost).default(100),
  logonServer: z.string().max(253).optional(),
  label: z.string().max(63).optional(),
  /** Only clients whose names begin so, in any case. */
  prefix: z.string().max(63).optional(),
});

export const exportQuery = z.strictObject({ format: lineFormat });

/** Of a check-in token. Tokens of lower generations can be revoked. */
const generation = z.int().min(1).max(999_999_999);

export const tokensQuery = z.strictObject({
  client: idSchema.optional(),
  generation: z.coerce.number().pipe(generation).optional(),
  format: lineFormat,
});

export const revokeBody = z.strictObject({
  client: idSchema.optional(),
  below: generation.optional(),
  reason,
});

export const clientSchema = z.object({
  client: z.string(),
  host: z.string(),
  logonServer: z.string(),
  zone: z.string(),
  role: z.enum(['workstation', 'server']),
  labels: z.array(z.string()).readonly(),
  port: z.int().exactOptional(),
  hostKeys: z.array(z.string()).readonly().exactOptional(),
}) satisfies z.ZodType<Client>;

export const fleetBody = z.strictObject({
  ...fileBody.shape,
  /** What a column of the file is; null = it is left out. */
  columns: z
    .array(z.strictObject({ from: z.string().min(1).max(253), to: z.enum(fleetColumns).nullable() }))
    .max(100)
    .default([]),
  /** A mapping file; what `columns` says of a column outweighs it. */
  mapping: fileBody.optional(),
  /** Says what the file would change, and changes nothing. */
  dryRun: z.boolean().default(false),
  /** Clients that the file does not name leave the fleet. */
  prune: z.boolean().default(false),
  /** The number of leaving clients that the question showed; another number is refused. */
  removes: count.optional(),
  /** As with a removal. */
  gone: z.boolean().default(false),
});

export const fleetImportAnswer = z.object({
  added: count,
  changed: count,
  unchanged: count,
  /** Clients of the fleet that the file does not name, and that stay. */
  notInFile: count,
  /** Clients of the fleet that the file does not name, and that leave. */
  removed: count,
  /** The first 100 of those that leave. */
  leaving: z.array(z.string()).readonly(),
  /** How many clients the fleet has now, or would have after a dry run. */
  total: count,
  dryRun: z.boolean(),
  /** How many clients change in each field. */
  fields: z.array(z.object({ field: z.enum(fleetColumns), clients: count })).readonly(),
  /** The first 100 clients that are new, without changes, or that change. */
  clients: z
    .array(
      z.object({
        client: z.string(),
        changes: z
          .array(z.object({ field: z.enum(fleetColumns), from: z.string(), to: z.string() }))
          .readonly(),
      }),
    )
    .readonly(),
  /** What the file is: `CSV`, `a list`, or `an Ansible inventory`. */
  form: z.string(),
  /** What separates the columns of the file: a sign, or `tab`. */
  delimiter: z.string(),
  /** Columns of the file that have a name and were not read. */
  leftOut: z.array(z.string()).readonly(),
});

/** Clients that are taken out of the fleet. */
export const removalBody = z.strictObject({
  clients: z.array(idSchema).min(1).max(1_000_000),
  reason: reason.default('no reason was given'),
  /** Their machines are gone: what a settled upgrade has left open on one does not keep it. */
  gone: z.boolean().default(false),
  /** Finds the same refusals, and changes nothing. */
  dryRun: z.boolean().default(false),
});

export const removalAnswer = z.object({
  dryRun: z.boolean(),
  removed: count,
  /** How many clients the fleet has now, or would have after a dry run. */
  total: count,
  /** The first 100 of them, as the fleet spells them. */
  clients: z.array(z.string()).readonly(),
});

export const fleetAnswer = z.object({
  total: count,
  servers: count,
  logonServers: z.array(z.object({ logonServer: z.string(), clients: count })).readonly(),
  clients: z.array(clientSchema).readonly(),
  /** How many clients all pages have together; with `atLeast`, how many they have had so far. */
  found: count,
  foundIs: pageAnswer.totalIs,
  next: pageAnswer.next,
  /** How many clients were read for a filter, at most 20,000 for a page. */
  read: count.optional(),
});

/** A line of the list of check-in tokens. */
export const tokenLine = z.object({
  client: z.string(),
  host: z.string(),
  generation: count,
  token: z.string(),
});

export const revokedAnswer = z.object({
  /** Null = all clients. */
  client: z.string().nullable(),
  /** Tokens of lower generations are refused. */
  least: count,
});

export const sampleQuery = z.strictObject({
  count: z.coerce.number().int().min(1).max(1_000).default(20),
  seed: z.string().min(1).max(63),
});

export const sampleAnswer = z.object({
  /**
   * Clients, workstations and servers alike: the same ones for the same seed until clients come or
   * go. Fewer than asked for where the fleet, or what the token sees of a large one, has fewer.
   */
  clients: z.array(z.string()).readonly(),
  /** How many there are in the fleet. */
  total: count,
});
