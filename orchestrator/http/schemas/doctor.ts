import { z } from 'zod';

/** What the preflight found. */

export const areas = [
  'servpack',
  'redis',
  'clocks',
  'data folder',
  'audit',
  'releases',
  'workers',
  'clients',
] as const;

export const check = z.object({
  area: z.enum(areas),
  /**
   * `warning`: it works, but not for long or not as well. `broken`: something does not work, or
   * records may be lost.
   */
  state: z.enum(['ok', 'warning', 'broken']),
  /** What is so, in one sentence. */
  says: z.string(),
  /** What that leads to; null when all is well. */
  leadsTo: z.string().nullable(),
  /** A command or a setting; null when there is nothing to do. */
  todo: z.string().nullable(),
});

export type Check = z.infer<typeof check>;

export const doctorAnswer = z.object({ checks: z.array(check).readonly() });

export const sampleQuery = z.strictObject({
  count: z.coerce.number().int().min(1).max(1_000).default(20),
  seed: z.string().min(1).max(63),
});

export const sampleAnswer = z.object({
  /** Clients, workstations and servers alike: the same ones for the same seed and fleet. */
  clients: z.array(z.string()).readonly(),
  /** How many there are in the fleet. */
  total: z.int().nonnegative(),
});
