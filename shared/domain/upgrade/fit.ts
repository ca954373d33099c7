import type { Ending } from '../outcome/ending.ts';
import type { Fit, FitStep, Need } from '../rules/fit.ts';
import { needOf } from '../rules/fit.ts';
import type { Rules } from '../rules/policy.ts';
import { type Calendar, calendarClosing, calendarOpening, type Closing } from '../time/calendar.ts';
import { wallTimeOf } from '../time/window.ts';
import type { Decision } from './events.ts';
import type { History } from './memory.ts';
import type { Upgrade, UpgradeState } from './state.ts';

/**
 * Whether a step still fits: nothing that changes a client begins unless what the step takes ends
 * before the window does, or before the next blackout.
 */

/** The step that a state begins; null = it begins none that changes the client. */
export function stepBegunIn(state: UpgradeState): FitStep | null {
  switch (state.phase) {
    case 'marking':
      return 'mark';
    case 'updating':
      return 'update';
    case 'ordering':
      return 'restart';
    case 'remedying': {
      const { procedure, step, direction } = state.journal;
      return step === 'record' && direction === 'forward' ? procedure : null;
    }
    case 'looking':
    case 'unmarking':
    case 'notifying':
    case 'restarting':
    case 'deferred':
    case 'settled':
      return null;
  }
}

/** A step that does not end in time, and when the time ends. */
export interface Misfit {
  readonly need: Need;
  readonly closing: Closing;
}

/** Why the planned step does not fit now, while the calendar is open; null = it fits. */
export function misfitOf(
  { fit, zone }: Pick<Rules, 'fit' | 'zone'>,
  calendar: Calendar,
  planned: UpgradeState,
  now: number,
): Misfit | null {
  const step = fit === undefined ? null : stepBegunIn(planned);
  const need = fit === undefined || step === null ? null : needOf(fit, step);
  const closing = need === null ? null : calendarClosing(calendar, zone, now);
  return need === null || closing === null || now + need.ms <= closing.at ? null : { need, closing };
}

/** The look before the step takes time, too. */
const lookMs = 60_000;

/** So many openings are tried. A window of every day has that many in two months. */
const openingsAtMost = 60;

/** The next opening after `after` in which the step fits, and how long it lasts. */
export function openingThatFits(
  calendar: Calendar,
  zone: string,
  { ms }: Need,
  after: number,
): { readonly at: number; readonly lastsMs: number } | null {
  let time = after;
  for (let tried = 0; tried < openingsAtMost; tried += 1) {
    const opening = calendarOpening(calendar, zone, time);
    if (opening === null) return null;
    const closing = calendarClosing(calendar, zone, opening.at);
    const lastsMs = closing === null ? Number.POSITIVE_INFINITY : closing.at - opening.at;
    if (lastsMs >= ms + lookMs) return { at: opening.at, lastsMs: lastsMs - ms - lookMs };
    time = closing?.at ?? time;
  }
  return null;
}

const stepNames: Readonly<Record<FitStep, string>> = {
  mark: 'a mark',
  update: 'an update',
  restart: 'a restart',
  workaround: 'a workaround',
  relocation: 'a relocation',
  replaceAtRestart: 'a replacement at a restart',
  swap: 'a swap of the files',
};

/** `a relocation takes 25 min (p95 of 143)` */
export function needInWords({ step, ms, measured }: Need): string {
  const from = measured === null ? 'by the campaign file' : `p95 of ${measured}`;
  return `${stepNames[step]} takes ${minutesInWords(ms)} (${from})`;
}

const minutesInWords = (ms: number): string =>
  ms < 60_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;

/** `a relocation takes 25 min (p95 of 143), its window closes in 12 min` */
export function misfitInWords({ need, closing }: Misfit, now: number): string {
  const left = minutesInWords(Math.max(0, closing.at - now));
  const ends =
    closing.blackout === null
      ? `its window closes in ${left}`
      : `blackout "${closing.blackout.reason}" begins in ${left}`;
  return `${needInWords(need)}, ${ends}`;
}

/** `waits: …; its window opens next Tue 8 Dec 22:00 Europe/Berlin` */
export const waitsToFit = (misfit: Misfit, zone: string, opening: number, now: number): string =>
  `waits: ${misfitInWords(misfit, now)}; it opens next ${wallTimeOf(zone, opening)}`;

/** No window of the client is long enough. */
export const neverFits = (misfit: Misfit, now: number): Ending => ({
  end: 'needsAttention',
  cause: 'does not fit its window',
  because: `${misfitInWords(misfit, now)}, and none of its windows that follow is long enough`,
  blockers: [],
});

/**
 * Notes when a step begins, so that it can be measured from its command to its proof. Only in a
 * campaign that asks whether steps fit: the records of others stay as they are.
 */
export function noteStep(fit: Fit | undefined, before: Upgrade, decision: Decision, now: number): Decision {
  if (fit === undefined || decision.kind !== 'changed') return decision;
  const { upgrade } = decision;
  const step = stepBegunIn(upgrade.state);
  const began = step === null ? stillGoes(before, upgrade) : { step, at: now };
  const { began: _, ...history } = upgrade.memory.history;
  const noted: History = began === null ? history : { ...history, began };
  return { ...decision, upgrade: { ...upgrade, memory: { ...upgrade.memory, history: noted } } };
}

function stillGoes(
  { memory }: Upgrade,
  { state, memory: after }: Upgrade,
): NonNullable<History['began']> | null {
  const { began } = memory.history;
  if (began === undefined || state.phase === 'settled') return null;
  switch (began.step) {
    case 'mark':
    case 'update':
      return ['marking', 'updating', 'looking'].includes(state.phase) ? began : null;
    case 'restart':
      return after.open.restart === null ? null : began;
    case 'workaround':
    case 'relocation':
    case 'replaceAtRestart':
    case 'swap':
      return state.phase === 'remedying' ? began : null;
  }
}

/**
 * How long the step took that ends with this transition; null where none ends, and where one ends
 * without a proof: it was taken back, its outcome is not known, or its client was not reached.
 */
export function stepTook(
  before: Upgrade,
  after: Upgrade,
  now: number,
): { readonly step: FitStep; readonly ms: number } | null {
  const { began } = before.memory.history;
  if (began === undefined || began.at === after.memory.history.began?.at) return null;
  return isProved(began.step, before, after) ? { step: began.step, ms: Math.max(0, now - began.at) } : null;
}

function isProved(step: FitStep, before: Upgrade, after: Upgrade): boolean {
  const { open } = after.memory;
  switch (step) {
    case 'mark':
    case 'update':
      // A look has reached the client since, and has found the command's work done.
      return open.unanswered === false && before.state.phase === 'looking' && hasLooked(before, after);
    case 'restart': {
      const { restart } = before.memory.open;
      const { lastLook } = after.memory.learned;
      return restart !== null && lastLook !== null && lastLook.bootId !== restart.bootBefore;
    }
    case 'workaround':
    case 'relocation':
    case 'replaceAtRestart':
    case 'swap':
      return before.state.phase === 'remedying' && before.state.journal.direction === 'forward';
  }
}

const hasLooked = (before: Upgrade, after: Upgrade): boolean =>
  after.memory.learned.lastLook !== null &&
  after.memory.learned.lastLook.at !== before.memory.learned.lastLook?.at;
