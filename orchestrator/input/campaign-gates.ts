import type { z } from 'zod';
import type { Gate } from '../../shared/domain/campaign/definition.ts';
import { count, field, flag, section } from '../../shared/input/fields.ts';
import { duration } from '../../shared/input/quantities.ts';
import { defaultGate } from './campaign-defaults.ts';

/** The gates of a campaign file: of the whole campaign, and of single waves. */

/** `80 %`, `80%` or 80 as the number 80. */
export function readPercent(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const found = /^(\d{1,3}(?:\.\d{1,6})?) ?%?$/.exec(value);
  return found === null ? undefined : Number(found[1]);
}

/** A share from `least` to 100 percent. A fraction such as 0.8 means 0.8 percent, never 80. */
export const percent = (least = 0) =>
  field(`a percentage from ${least} % to 100 %, such as 25 %`, (value) => {
    const share = readPercent(value);
    return share !== undefined && share >= least && share <= 100 ? share : undefined;
  });

/** A second at least: a shorter soak is none. */
const leastSoakMs = 1_000;

/** How upgraded clients are looked at again; null = not at all, whatever the campaign says. */
export const healthSection = section({
  watch: duration(leastSoakMs),
  failures: percent().optional(),
});

export type HealthInput = z.output<typeof healthSection>;

export const gateSection = section({
  settled: percent().optional(),
  upgraded: percent().optional(),
  failures: percent().optional(),
  minSample: count(1, 1_000_000).optional(),
  soak: duration(leastSoakMs).optional(),
  approval: flag().optional(),
  health: healthSection.nullable().optional(),
}).prefault({});

export type GateInput = z.output<typeof gateSection>;

/** The gate of the wave takes precedence over that of the campaign, which does over the default. */
export function toGate(own: GateInput, ofCampaign: GateInput): Gate {
  const asked = { ...ofCampaign, ...given(own) };
  const { settled, upgraded, failures, minSample, soak, approval, health } = asked;
  const notOkPercent = failures ?? defaultGate.notOkPercent;
  return {
    settledPercent: settled ?? defaultGate.settledPercent,
    notOkPercent,
    minSample: minSample ?? defaultGate.minSample,
    ...(upgraded === undefined ? {} : { upgradedPercent: upgraded }),
    ...(soak === undefined ? {} : { soakMs: soak }),
    ...(approval === true ? { approval } : {}),
    ...(health === undefined || health === null
      ? {}
      : { health: { watchMs: health.watch, notOkPercent: health.failures ?? notOkPercent } }),
  };
}

const given = (own: GateInput): GateInput =>
  Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
