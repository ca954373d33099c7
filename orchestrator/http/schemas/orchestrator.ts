import { z } from 'zod';

/** The orchestrator itself: whether it is healthy, who leads, and what its preflight found. */

export const areas = [
  'servpack',
  'redis',
  'clocks',
  'data folder',
  'audit',
  'releases',
  'campaigns',
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

export const healthAnswer = z.object({
  version: z.string(),
  /** Policy time. */
  now: z.string(),
  /** Only while this orchestrator cannot write its log: how much is lost, and why. */
  log: z.object({ lostLines: z.int(), because: z.string() }).optional(),
  /**
   * Only while this orchestrator leads and cannot write the audit files, such as `ENOSPC` on a full
   * disk. Meanwhile Redis keeps the entries.
   */
  audit: z.object({ because: z.string() }).optional(),
});

export const leaderAnswer = z.object({
  /** Null while no orchestrator leads: campaigns stand still, and requests are answered. */
  leader: z
    .object({
      /** Host, process id and a random part. */
      owner: z.string(),
      /** Grows with every term. */
      fence: z.int(),
      /** Real time of Redis: its lease ends then unless it is renewed. */
      until: z.string(),
    })
    .nullable(),
});

export const livesAnswer = z.object({ lives: z.boolean() });

export const readyAnswer = z.object({
  ready: z.boolean(),
  /** Both answer every request; the one that leads runs the campaigns. */
  role: z.enum(['leading', 'standby']),
});
