import type { Failure } from '../../shared/domain/observation/failure.ts';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { isSameBoot } from '../../shared/domain/observation/boot.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { ClientStep, Follower } from './steps.ts';

/** How far the update of a client was when somebody looked at the client. */
export type LookStage = 'fresh' | 'marked' | 'restarted';

/** One look of the history. */
export interface Sighting {
  readonly at: number;
  readonly tookMs: number;
  /** Null = the client was seen. */
  readonly failure: Failure | null;
  readonly seen: Observation | null;
  readonly stage: LookStage;
  /** A service of the client was relocated. */
  readonly isMoved: boolean;
  readonly isCurrent: boolean;
  /** How often the client had restarted by itself. */
  readonly natural: number;
  /** How often servpack had ordered a restart. */
  readonly ordered: number;
}

/** What became of a command, and how long it took. */
export interface Outcome {
  readonly event: UpgradeEvent;
  readonly tookMs: number;
}

/** What the history says of one client: its looks, its check-ins, and what its commands brought. */
export interface Track {
  readonly sightings: Sighting[];
  readonly checkIns: number[];
  /** By command, or by procedure, direction and step: the outcomes in order. */
  readonly outcomes: Map<string, Outcome[]>;
  /** How often a restart was ordered so far. */
  ordered: number;
  markedAt: number | null;
  /** The step before, and when. */
  lastAt: number;
}

/** A look or a step that took longer has waited for something else. */
const tookAtMostMs = 15 * 60_000;

/** Collects what the looks of every client found while a history is followed. */
export class Tracks implements Follower {
  readonly #tracks = new Map<string, Track>();

  of(client: string): Track | undefined {
    return this.#tracks.get(client);
  }

  client({ client, entry, before, after, event }: ClientStep): void {
    const track = this.#tracks.get(client) ?? newTrack(entry.at);
    this.#tracks.set(client, track);
    const tookMs = Math.min(tookAtMostMs, Math.max(0, entry.at - track.lastAt));
    if (before !== null && event !== undefined) note(track, { before, after, event, at: entry.at, tookMs });
    track.lastAt = entry.at;
  }
}

const newTrack = (at: number): Track => ({
  sightings: [],
  checkIns: [],
  outcomes: new Map(),
  ordered: 0,
  markedAt: null,
  lastAt: at,
});

interface Noted {
  readonly before: Upgrade;
  readonly after: Upgrade;
  readonly event: UpgradeEvent;
  readonly at: number;
  readonly tookMs: number;
}

function note(track: Track, noted: Noted): void {
  const { before, after, event, at, tookMs } = noted;
  if (event.type === 'CheckedIn') track.checkIns.push(at);
  if (before.state.phase === 'looking') {
    if (event.type === 'ClientObserved' || event.type === 'LookFailed')
      track.sightings.push(sighting(track, noted));
    return;
  }
  const key = outcomeKey(before);
  if (key === null || event.type === 'Activated' || event.type === 'CheckedIn') return;
  const outcomes = track.outcomes.get(key) ?? [];
  track.outcomes.set(key, outcomes);
  outcomes.push({ event, tookMs });
  if (before.state.phase === 'ordering') track.ordered += 1;
  if (after.memory.open.mark !== null && before.memory.open.mark === null) track.markedAt = at;
}

function sighting(track: Track, { before, after, event, at, tookMs }: Noted): Sighting {
  const seen = event.type === 'ClientObserved' ? event.observation : null;
  const { mark } = before.memory.open;
  const last = track.sightings.findLast((each) => each.seen !== null);
  const bootBefore = last?.seen?.bootId ?? seen?.bootId ?? '';
  const isSame = seen === null || isSameBoot(bootBefore, seen.bootId);
  const hasRestarted = !isSame && last?.ordered === track.ordered;
  const stage =
    mark === null ? 'fresh' : seen !== null && isSameBoot(seen.bootId, mark.bootId) ? 'marked' : 'restarted';
  const { learned } = after.memory;
  const isProved =
    (after.state.phase === 'settled' &&
      (after.state.end === 'upgraded' || after.state.end === 'alreadyCurrent')) ||
    Object.keys(learned.watched).length > Object.keys(before.memory.learned.watched).length;
  return {
    at,
    tookMs,
    failure: event.type === 'LookFailed' ? event.failure : null,
    seen,
    stage,
    isMoved: before.memory.learned.relocation === 'done',
    isCurrent: isProved,
    natural: (last?.natural ?? 0) + (hasRestarted ? 1 : 0),
    ordered: track.ordered,
  };
}

/** Names what an upgrade in this state asks of the client; null = a look, or nothing. */
export function outcomeKey({ state }: Upgrade): string | null {
  switch (state.phase) {
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'ordering':
    case 'notifying':
      return state.phase;
    case 'remedying': {
      const { procedure, direction, step } = state.journal;
      return stepKey(procedure, direction, step);
    }
    default:
      return null;
  }
}

export const stepKey = (procedure: string, direction: string, step: string): string =>
  `${procedure} ${direction} ${step}`;
