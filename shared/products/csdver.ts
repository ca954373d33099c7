/** CSDVER.SMS holds a few words. */
const charactersAtMost = 4096;

/**
 * The service pack that CSDVER.SMS (in the component directory from SP2 on) names: `SP3`, `sp 3`,
 * `Service Pack 4`. Null where it names none or several: file dates and build numbers cannot tell
 * service packs apart (786 for all), so a number that is not spelled out is not guessed.
 */
export function parseCsdver(text: string | null): number | null {
  const words = (text ?? '').slice(0, charactersAtMost).toLowerCase();
  const named = new Set(
    [...words.matchAll(/\b(?:service[ \t]?pack|sp)[ \t]?(\d{1,2})\b/g)].map(([, pack]) => Number(pack)),
  );
  const [only, ...others] = named;
  return only === undefined || others.length > 0 ? null : only;
}
