import type { CampaignDefinition, Selection, Wave } from '../../shared/domain/campaign/definition.ts';
import { planRules } from './plan-rules.ts';
import { namesAtMost, selectionWords } from './selection-words.ts';
import { isSame, valueDifferences } from '../domain/value-differences.ts';
import { printDuration } from '../../shared/input/quantities.ts';
import { sizeWords } from './wave-rules.ts';

/** One thing that an edit changes, in words. */
export interface EditChange {
  /** The section of the campaign file: `window`, `budgets`, `wave early`. */
  readonly section: string;
  /** `before -> after`. */
  readonly says: string;
}

/** Keys of a definition whose sentence in `plan` names every value; the sentence has this name. */
const sentenceOf: Readonly<Record<string, string>> = {
  start: 'start',
  startAt: 'start',
  window: 'window',
  windows: 'window',
  ics: 'blackouts',
  budgets: 'budgets',
  ladder: 'ladder',
  ladders: 'ladder',
  persistences: 'persistence',
};

/** Keys whose sentence in `plan` leaves values out, so that the values themselves are shown. */
const byValue = new Set(['deferrals', 'persistence', 'structural', 'restart', 'noticeMs']);

/** The sentence about restarts says who and when. */
function unsaid(key: string, isSaid: boolean, value: unknown): unknown {
  if (key !== 'restart' || !isSaid) return value;
  const {
    allowed: _allowed,
    between: _between,
    ...others
  } = value as CampaignDefinition['policy']['restart'];
  return others;
}

/** Sentences over all waves; an edit says what changes in each. */
const byWave = new Set(['waves', 'gates']);

/** What differs between two definitions of a campaign, section by section; none = nothing. */
export function editChanges(before: CampaignDefinition, after: CampaignDefinition): readonly EditChange[] {
  const [old, present] = [sectionsOf(before), sectionsOf(after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(present)])];
  const differing = keys.filter((key) => !isSame(old[key], present[key]));
  const sentences = sentenceChanges(before, after);
  return [
    ...valueChange('release', before.release, after.release),
    ...selectChanges(before, after),
    ...sentences,
    ...differing.flatMap((key) => {
      const isSaid = sentences.some(({ section }) => section === (sentenceOf[key] ?? key));
      if (isSaid && !byValue.has(key)) return [];
      return leafChanges(key, unsaid(key, isSaid, old[key]), unsaid(key, isSaid, present[key]));
    }),
    ...waveChanges(before.waves, after.waves),
  ];
}

/** The keys of a definition that are compared by sentence or by value. */
function sectionsOf(definition: CampaignDefinition): Readonly<Record<string, unknown>> {
  const { release: _release, select: _select, waves: _waves, hash: _hash, ...sections } = definition;
  const { policy, calendar, ...others } = sections;
  return { ...others, ...policy, ...calendar };
}

function sentenceChanges(before: CampaignDefinition, after: CampaignDefinition): readonly EditChange[] {
  const old = new Map(planRules(before).map(({ rule, says }) => [rule as string, says]));
  const present = new Map(planRules(after).map(({ rule, says }) => [rule as string, says]));
  return [...new Set([...old.keys(), ...present.keys()])]
    .filter((rule) => !byWave.has(rule) && old.get(rule) !== present.get(rule))
    .map((rule) => ({
      section: rule,
      says: arrow(old.get(rule) ?? 'nothing', present.get(rule) ?? 'nothing'),
    }));
}

function selectChanges(
  { select: before }: CampaignDefinition,
  { select: after }: CampaignDefinition,
): readonly EditChange[] {
  if (isSame(before, after)) return [];
  const [old, present] = [
    selectionWords(before) ?? 'the whole fleet',
    selectionWords(after) ?? 'the whole fleet',
  ];
  if (old === present) return leafChanges('select', before, after);
  return [
    { section: 'select', says: arrow(old, present) },
    ...leafChanges('select', beyondWords(before, after), beyondWords(after, before)),
  ];
}

/** What the words of a selection leave out: its exclusions, and lists of which they name a part. */
function beyondWords(selection: Selection, other: Selection): Partial<Selection> {
  const isCut = (key: 'labels' | 'logonServers' | 'clients'): boolean =>
    Math.max(selection[key].length, other[key].length) > namesAtMost;
  const { labels, logonServers, clients, exclude } = selection;
  return {
    ...(isCut('labels') ? { labels } : {}),
    ...(isCut('logonServers') ? { logonServers } : {}),
    ...(isCut('clients') ? { clients } : {}),
    ...(exclude === undefined ? {} : { exclude }),
  };
}

/** Two waves of one name are the same wave. */
function waveChanges(before: readonly Wave[], after: readonly Wave[]): readonly EditChange[] {
  const old = new Map(before.map((wave) => [wave.name, wave]));
  const names = new Set(after.map(({ name }) => name));
  const changed = after.flatMap((wave) => waveChange(old.get(wave.name), wave));
  const gone = before
    .filter(({ name }) => !names.has(name))
    .map(({ name, size }): EditChange => ({
      section: `wave ${name}`,
      says: arrow(sizeWords(size), 'no such wave'),
    }));
  const kept = before.filter(({ name }) => names.has(name)).map(({ name }) => name);
  const order = after.filter(({ name }) => old.has(name)).map(({ name }) => name);
  return [
    ...changed,
    ...gone,
    ...(isSame(kept, order) ? [] : valueChange('waves', kept.join(', '), order.join(', '))),
  ];
}

function waveChange(before: Wave | undefined, after: Wave): readonly EditChange[] {
  const section = `wave ${after.name}`;
  if (before === undefined) return [{ section, says: arrow('no such wave', sizeWords(after.size)) }];
  const { name: _name, size, ...others } = before;
  const { name: _present, size: next, ...rest } = after;
  return [
    ...(isSame(size, next) ? [] : [{ section, says: arrow(sizeWords(size), sizeWords(next)) }]),
    ...leafChanges(section, others, rest),
  ];
}

function leafChanges(section: string, before: unknown, after: unknown): readonly EditChange[] {
  return valueDifferences(before, after).map((each) => {
    const key = each.path.at(-1) ?? section;
    const at = each.path.map(withoutUnit).join('.');
    const says = arrow(valueWords(key, each.before), valueWords(key, each.after));
    return { section: withoutUnit(section), says: at === '' ? says : `${at} ${says}` };
  });
}

const withoutUnit = (key: string): string => key.replace(/Ms$/u, '');

/** Durations are kept in milliseconds, under keys that say so. */
function valueWords(key: string, value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (key.endsWith('Ms') && typeof value === 'number') return printDuration(value);
  if (key.endsWith('Percent') && typeof value === 'number') return `${value} %`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const valueChange = (section: string, before: string, after: string): readonly EditChange[] =>
  before === after ? [] : [{ section, says: arrow(before, after) }];

const arrow = (before: string, after: string): string => `${before} -> ${after}`;

/** What an edit changes: the definition, and where clients stand. */
export interface EditCounts {
  readonly changes: readonly EditChange[];
  readonly moved: number;
  readonly joined: number;
  readonly left: number;
  readonly cancels?: string | undefined;
}

/** The same in sentences, as the history and the person who approves read it. */
export function editSentences({ changes, moved, joined, left }: EditCounts): readonly string[] {
  const many = (count: number): string => `${count} ${count === 1 ? 'client' : 'clients'}`;
  return [
    ...changes.map(({ section, says }) => `${section}: ${says}`),
    ...(moved === 0 ? [] : [`${many(moved)} in another wave`]),
    ...(joined === 0 ? [] : [`${many(joined)} more`]),
    ...(left === 0 ? [] : [`${many(left)} out`]),
  ];
}
