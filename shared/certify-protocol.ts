import { z } from 'zod';
import { isHost, isHostKey } from './input/names.ts';

/**
 * What `servpack certify` asks of the process that has the gateway, and what that process answers,
 * line by line.
 */

/**
 * Characters that every Windows accepts in a path, from its drive on. Paths that may hold more are
 * checked where they are used.
 */
const windowsPath = z
  .string()
  .regex(/^[A-Za-z]:\\[^"<>|*?%!/\p{Cc}]{1,200}$/u, 'must be a path such as C:\\Name');

export const certifyOrder = z.strictObject({
  host: z.string().refine(isHost),
  port: z.int().min(1).max(65_535).nullable(),
  hostKeys: z.array(z.string().refine(isHostKey)).readonly(),
  /**
   * The product whose directory, files and services a look asks for; null = a look at `directory`.
   */
  product: z.string().nullable(),
  /** A folder whose files are looked at; null = that of the product. */
  directory: windowsPath.nullable(),
  /** A file in there, which is only read. */
  file: z.string().nullable(),
  /** May be stopped, moved and started; its settings are put back. */
  service: z.string().nullable(),
  /** Is made for the trial, and gone afterwards. */
  folder: windowsPath,
  changes: z.boolean(),
  restart: z.boolean(),
});

export type CertifyOrder = z.infer<typeof certifyOrder>;

export const pointFound = z.strictObject({
  says: z.string(),
  end: z.enum(['holds', 'differs', 'notTried']),
  /** What was found instead, or why it was not tried. */
  because: z.string(),
});

/** What came of one point. */
export type PointFound = z.infer<typeof pointFound>;

export const certifyMessage = z.discriminatedUnion('kind', [
  /** The machine answers; what it calls itself, where it says so. */
  z.strictObject({ kind: z.literal('begun'), system: z.string().nullable() }),
  z.strictObject({ kind: z.literal('found'), point: pointFound }),
  /** Nothing was tried, or no more. */
  z.strictObject({ kind: z.literal('fault'), code: z.string(), message: z.string() }),
  /** What could not be put back as it was; empty when all is. */
  z.strictObject({ kind: z.literal('done'), left: z.array(z.string()).readonly() }),
]);

export type CertifyMessage = z.infer<typeof certifyMessage>;
