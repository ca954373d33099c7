/**
 * How many remediations of a campaign may begin: relocations, workarounds and replacements at a
 * restart. Left out = any number.
 */
export interface RemediationLimits {
  /** In any 60 minutes. */
  readonly perHour?: number;
  /** In each wave, from the start of the campaign to its end. */
  readonly perWave?: number;
}

/** A remediation that begins, or has begun. */
export interface BegunRemediation {
  /** The same for a second try to begin it, which does not count again. */
  readonly name: string;
  readonly wave: number;
  /** Policy time. */
  readonly at: number;
}

/** The limit that lets no further remediation begin now. */
export interface SpentLimit {
  readonly limit: keyof RemediationLimits;
  readonly most: number;
  /** When there is room again; null = not before the limit of the wave is raised. */
  readonly roomAt: number | null;
}

const hourMs = 3_600_000;
/** A clock that was put back leaves times far ahead: they count as of now. */
const aheadAtMostMs = 120_000;

/** The remediations of a campaign as they count at this time. */
export const knownAt = (begun: readonly BegunRemediation[], now: number): readonly BegunRemediation[] =>
  begun.map((each) => (each.at > now + aheadAtMostMs ? { ...each, at: now } : each));

/**
 * The limit that keeps a remediation from beginning; null = it may begin. `take-remediation.lua`
 * decides the same.
 * @param begun all remediations of the campaign that have begun
 */
export function spentLimit(
  { perHour, perWave }: RemediationLimits,
  begun: readonly BegunRemediation[],
  asked: BegunRemediation,
): SpentLimit | null {
  const others = begun.filter(({ name }) => name !== asked.name);
  const inWave = others.filter(({ wave }) => wave === asked.wave).length;
  if (perWave !== undefined && inWave >= perWave) return { limit: 'perWave', most: perWave, roomAt: null };
  if (perHour === undefined) return null;
  const inHour = knownAt(others, asked.at)
    .map(({ at }) => at)
    .filter((at) => at > asked.at - hourMs)
    .sort((a, b) => a - b);
  const makesRoom = inHour[inHour.length - perHour];
  return makesRoom === undefined ? null : { limit: 'perHour', most: perHour, roomAt: makesRoom + hourMs };
}

/** Why a client waits. */
export const spentLimitWords = ({ limit, most }: SpentLimit): string =>
  limit === 'perHour'
    ? `the campaign begins at most ${most} ${most === 1 ? 'remediation' : 'remediations'} in an hour, and has begun as many in the last one`
    : `the campaign begins at most ${most} ${most === 1 ? 'remediation' : 'remediations'} in each wave, and has begun as many in this one`;
