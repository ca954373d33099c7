import { z } from 'zod';
import { campaignBody, count, time } from './fields.ts';

const wave = z.object({
  wave: z.string(),
  size: count,
  opensAt: time.nullable(),
  endsAt: time.nullable(),
  upgraded: count,
  alreadyCurrent: count,
  notOk: count,
  takenOut: count,
  unfinished: count,
  looks: count,
  restarts: count,
  relocations: count,
});

const side = z.object({
  startsAt: time.nullable(),
  endsAt: time.nullable(),
  because: z.string().nullable(),
  waves: z.array(wave).readonly(),
});

const sentences = z.array(z.string()).readonly();

const otherReplay = z.object({
  file: z.string(),
  isSamePolicy: z.boolean(),
  own: side.nullable(),
  side: side.nullable(),
  differences: sentences,
  fit: sentences,
  looks: z.object({ asked: count, nearby: count, unknown: count }),
  unknownClients: count,
  assumptions: sentences,
});

/** The decisions of a campaign, made again from its audit. */
export const replayAnswer = z.object({
  campaign: z.string(),
  until: time,
  recorded: side,
  again: z.object({
    isSame: z.boolean(),
    openings: count,
    admissions: count,
    endings: count,
    decided: count,
    taken: count,
    differences: sentences,
  }),
  other: otherReplay.optional(),
});

/** The campaign file of another policy; left out = the decisions are only made again. */
export const replayBody = z.strictObject({ with: campaignBody.optional() }).nullish();

export type ReplayedCampaign = z.infer<typeof replayAnswer>;
