import { spanInWords } from '../views/duration-text.ts';
import type { Side, WaveSide } from './side.ts';

/** What differs in the second of two sides, a sentence each. */
export function differencesInWords(own: Side, other: Side): readonly string[] {
  const all = [
    ...endWords('the campaign', own, other),
    ...other.waves.flatMap((wave) => {
      const before = own.waves.find((each) => each.wave === wave.wave);
      return before === undefined ? [`wave ${wave.wave} is only in this file`] : waveWords(before, wave);
    }),
    ...own.waves
      .filter(({ wave }) => !other.waves.some((each) => each.wave === wave))
      .map(({ wave }) => `wave ${wave} is not in this file`),
  ];
  return all.length === 0 ? ['nothing differs'] : all;
}

function endWords(
  what: string,
  own: { readonly endsAt: number | null },
  other: { readonly endsAt: number | null },
): readonly string[] {
  const moved = movedWords(own.endsAt, other.endsAt);
  return moved === null ? [] : [`${what} ends ${moved}`];
}

function waveWords(own: WaveSide, other: WaveSide): readonly string[] {
  const what = `wave ${other.wave}`;
  const opens = movedWords(own.opensAt, other.opensAt);
  const counts = counted.flatMap(([name, word]) => countWords(word, other[name] - own[name]));
  return [
    ...(opens === null ? [] : [`${what} opens ${opens}`]),
    ...endWords(what, own, other),
    ...(counts.length === 0 ? [] : [`${what}: ${counts.join(', ')}`]),
  ];
}

/** What is counted of a wave, in the order of the sentence. */
const counted = [
  ['upgraded', 'upgraded'],
  ['alreadyCurrent', 'already current'],
  ['notOk', 'not ok'],
  ['takenOut', 'taken out'],
  ['unfinished', 'not finished'],
  ['restarts', 'restarts'],
  ['relocations', 'relocations'],
  ['looks', 'looks'],
] as const;

const countWords = (what: string, by: number): readonly string[] =>
  by === 0
    ? []
    : [`${Math.abs(by)} ${by > 0 ? 'more' : 'fewer'} ${Math.abs(by) === 1 ? what.replace(/s$/u, '') : what}`];

/** `2 h 5 min earlier`; null = no more than a minute differs. */
function movedWords(own: number | null, other: number | null): string | null {
  if (own === null && other === null) return null;
  if (own === null) return 'with this file, and not with the file of the campaign';
  if (other === null) return 'with the file of the campaign, and not with this one';
  const by = other - own;
  if (Math.abs(by) < 60_000) return null;
  return `${spanInWords(Math.abs(by))} ${by < 0 ? 'earlier' : 'later'}`;
}
