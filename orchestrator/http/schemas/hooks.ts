import { z } from 'zod';
import type { ClientHookCounts } from '../../views/hooks-of-clients.ts';
import type { HookView } from '../../views/hooks.ts';
import { count, idSchema, time } from './fields.ts';

/** Hooks of campaigns; `views/hooks.ts` explains each field. */

/** `before-wave-` and the name of a wave. */
const hookName = z.string().regex(/^[\w.-]{1,100}$/, 'is not the name of a hook');

export const hookParams = z.strictObject({
  campaign: idSchema,
  hook: hookName,
  answer: z.enum(['retry', 'accept']),
});

export const hookAnswer = z.object({
  hook: z.string(),
  run: z.array(z.string()).readonly(),
  state: z.enum(['pending', 'running', 'go', 'wait', 'stop', 'unknown', 'accepted']),
  since: time.nullable(),
  runs: count,
  because: z.string().nullable(),
  output: z.string().nullable(),
}) satisfies z.ZodType<HookView>;

export const clientHookAnswer = z.object({
  hook: z.string(),
  run: z.array(z.string()).readonly(),
  waiting: count,
  stopped: count,
  unknown: count,
}) satisfies z.ZodType<ClientHookCounts>;

export const hooksAnswer = z.object({
  campaign: z.string(),
  hooks: z.array(hookAnswer).readonly(),
  /** Left out where the campaign has no hook for each client. */
  clientHooks: z.array(clientHookAnswer).readonly().optional(),
});

export type HooksAnswer = z.infer<typeof hooksAnswer>;
