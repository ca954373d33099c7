import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { isProved, type Journal, nextStep } from '../../shared/domain/remediation/procedure.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Command, UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { modelPreImage } from '../forecast/model-looks.ts';
import type { Answer, ClientModel, Order } from '../simulation/client-model.ts';
import {
  isLostAfterRestart,
  nearest,
  newRecordedClient,
  provedAfterMs,
  type RecordedClient,
} from './recorded-client.ts';
import { type LookStage, type Sighting, stepKey, type Track, type Tracks } from './tracks.ts';

/** A look that was made so near to the asked time is that look. */
const sameLookMs = 60_000;
const usualLookMs = 3_000;
const usualStepMs = 10_000;

const none: readonly number[] = [];

/** How the looks of a replay were answered. */
export interface AnsweredLooks {
  /** All of them. */
  asked: number;
  /** At that time nobody had looked: the state of the nearest look holds. */
  nearby: number;
  /** The history says nothing of what was asked; such an answer is never a success. */
  unknown: number;
}

/**
 * Clients that do what they did: each answer is that of the client's own history. Whether a client
 * is reached, who is logged on and what is in the way is as at the nearest look. What the policy
 * itself does (a mark, a restart, a relocation) is done when the policy does it, and takes as long
 * as it took.
 */
export class RecordedClients implements ClientModel {
  readonly #tracks: Tracks;
  readonly #clients = new Map<string, RecordedClient>();
  readonly looks: AnsweredLooks = { asked: 0, nearby: 0, unknown: 0 };
  /** Clients of which something was asked that their history does not say. */
  readonly unknown = new Set<string>();

  constructor(tracks: Tracks) {
    this.#tracks = tracks;
  }

  run({ client, rules, command, at }: Order): Promise<Answer> {
    const own = this.#own(client);
    own.passedUntil = Math.max(own.passedUntil, at);
    const { event, tookMs } =
      command.type === 'LookAtClient' ? this.#look(own, client, at) : this.#command(own, rules, command, at);
    return Promise.resolve({ event, at: at + tookMs, checkIns: none });
  }

  nextMoment(client: Client): number {
    const own = this.#own(client);
    return own.track?.checkIns.find((at) => at > own.passedUntil) ?? Infinity;
  }

  live(client: Client, until: number): readonly number[] {
    const own = this.#own(client);
    const passed = (own.track?.checkIns ?? []).filter((at) => at > own.passedUntil && at <= until);
    own.passedUntil = Math.max(own.passedUntil, until);
    const [first] = passed;
    if (first !== undefined && own.restarts > 0) own.loggedOnAt ??= first;
    return passed;
  }

  forget(client: Client): void {
    this.#clients.delete(client.client);
  }

  #own({ client }: Client): RecordedClient {
    const known = this.#clients.get(client);
    if (known !== undefined) return known;
    const made = newRecordedClient(client, this.#tracks.of(client));
    this.#clients.set(client, made);
    return made;
  }

  #look(own: RecordedClient, client: Client, at: number): Timed {
    this.looks.asked += 1;
    const { track } = own;
    const now = track === undefined ? undefined : nearest(track.sightings, at);
    if (track === undefined || now === undefined)
      return this.#notKnown(own, 'nobody has looked at the client');
    if (Math.abs(now.at - at) > sameLookMs) this.looks.nearby += 1;
    const { tookMs } = now;
    if (own.restarts > 0 && isLostAfterRestart(track)) return { event: lost(track), tookMs };
    if (now.failure !== null) return { event: { type: 'LookFailed', failure: now.failure }, tookMs };
    const boot = `boot ${own.restarts}.${now.natural}`;
    const stage = !own.isMarked ? 'fresh' : boot === own.markBoot ? 'marked' : 'restarted';
    // A look that proved the release found that a user had logged on since the restart.
    const isOn = (now.seen?.users.length ?? 0) > 0 || (now.isCurrent && now.stage === 'restarted');
    if (stage === 'restarted' && isOn) own.loggedOnAt ??= at;
    const found = this.#found(own, track, { at, stage, now });
    if (found === null) return this.#notKnown(own, unknownAfter(stage, own));
    own.boot = boot;
    const observation = { ...found, at, bootId: boot, logonServer: client.logonServer, intent: null };
    return { event: { type: 'ClientObserved', observation }, tookMs };
  }

  /** What a look finds in this stage; null = the history does not say. */
  #found(
    own: RecordedClient,
    track: Track,
    { at, stage, now }: { readonly at: number; readonly stage: LookStage; readonly now: Sighting },
  ): Observation | null {
    const isDone = stage !== 'fresh' && this.#isProved(own, track, stage, at);
    const like = (each: Sighting): boolean =>
      each.seen !== null && each.stage === stage && each.isMoved === own.isMoved;
    const alike = track.sightings.filter(
      (each) => like(each) && (stage === 'fresh' || each.isCurrent === isDone),
    );
    const found = nearest(alike, at)?.seen ?? null;
    const users = now.seen?.users ?? found?.users ?? [];
    if (found !== null) return stage === 'fresh' || stage === 'marked' ? { ...found, users } : found;
    const hasComeBack = track.sightings.some((each) => each.stage === 'restarted' && each.seen !== null);
    if (stage === 'fresh' || isDone || (stage === 'restarted' && !hasComeBack)) return null;
    // It is marked earlier than anybody looked at it in this state: as before, and marked.
    const fresh = nearest(
      track.sightings.filter((each) => each.seen !== null && !each.isCurrent && each.isMoved === own.isMoved),
      at,
    )?.seen;
    return fresh === null || fresh === undefined ? null : { ...fresh, users, setupPhase: 'upgrade' };
  }

  #isProved(own: RecordedClient, track: Track, stage: LookStage, at: number): boolean {
    const took = provedAfterMs(track);
    if (took === null) return false;
    if (stage === 'marked') {
      const proved = track.sightings.find((each) => each.isCurrent && each.stage === 'marked');
      const from = track.markedAt ?? proved?.at ?? Infinity;
      return proved !== undefined && at >= own.markedAt + Math.max(0, proved.at - from);
    }
    return own.loggedOnAt !== null && at >= own.loggedOnAt + took;
  }

  #command(
    own: RecordedClient,
    rules: Rules,
    command: Exclude<Command, { type: 'LookAtClient' }>,
    at: number,
  ): Timed {
    switch (command.type) {
      case 'MarkClient':
      case 'RunUpdate': {
        own.isMarked = true;
        own.markBoot = own.boot;
        own.markedAt = at;
        own.loggedOnAt = null;
        const isMark = command.type === 'MarkClient';
        const { tookMs } = this.#recorded(own, isMark ? 'marking' : 'updating');
        return { event: isMark ? { type: 'ClientMarked' } : { type: 'UpdateRan' }, tookMs };
      }
      case 'UnmarkClient':
        own.isMarked = false;
        return { event: { type: 'ClientUnmarked' }, tookMs: this.#recorded(own, 'unmarking').tookMs };
      case 'RestartClient':
        own.restarts += 1;
        own.loggedOnAt = null;
        return { event: { type: 'RestartOrdered' }, tookMs: this.#recorded(own, 'ordering').tookMs };
      case 'NotifyUsers':
        return { event: { type: 'UsersNotified' }, tookMs: this.#recorded(own, 'notifying').tookMs };
      case 'RunStep':
        return this.#step(own, rules, command.journal);
    }
  }

  #step(own: RecordedClient, rules: Rules, journal: Journal): Timed {
    const { procedure, direction, step, service } = journal;
    const { event, tookMs } = this.#recorded(own, stepKey(procedure, direction, step));
    const preImage = step === 'record' ? namedPreImage(rules, service) : null;
    if (event?.type === 'StepFailed') return { event, tookMs };
    if (event === null && direction === 'forward') {
      this.unknown.add(own.name);
      this.looks.unknown += 1;
      const message = 'its history does not say whether this step works';
      return { event: { type: 'StepFailed', step, failure: { kind: 'failed', message } }, tookMs };
    }
    const isLast = isProved(journal) || nextStep(journal) === null;
    if (isLast && procedure === 'relocation') own.isMoved = direction === 'forward';
    if (isLast && procedure === 'swap' && direction === 'forward') {
      own.isMarked = true;
      own.markBoot = own.boot;
    }
    return { event: { type: 'StepDone', step, preImage }, tookMs };
  }

  /** What this command brought when it was asked as often before; later ones are as the last. */
  #recorded({ asked, track }: RecordedClient, key: string): { event: UpgradeEvent | null; tookMs: number } {
    const times = asked.get(key) ?? 0;
    asked.set(key, times + 1);
    const outcomes = track?.outcomes.get(key) ?? [];
    const outcome = outcomes[Math.min(times, outcomes.length - 1)];
    return { event: outcome?.event ?? null, tookMs: outcome?.tookMs ?? usualStepMs };
  }

  #notKnown(own: RecordedClient, message: string): Timed {
    this.unknown.add(own.name);
    this.looks.unknown += 1;
    const failure = { kind: 'garbled', message: `its history does not say: ${message}` } as const;
    return { event: { type: 'LookFailed', failure }, tookMs: usualLookMs };
  }
}

interface Timed {
  readonly event: UpgradeEvent;
  readonly tookMs: number;
}

function lost({ sightings }: Track): UpgradeEvent {
  const failure = sightings.findLast((each) => each.failure !== null)?.failure;
  return {
    type: 'LookFailed',
    failure: failure ?? { kind: 'unreachable', message: 'it did not come back in its history' },
  };
}

const unknownAfter = (stage: LookStage, { isMoved }: RecordedClient): string =>
  `how the client is ${stage === 'fresh' ? '' : `when it is ${stage}`}${isMoved ? ' with its service moved' : ''}`;

/** The service as a step records it, under its own name. */
function namedPreImage(rules: Rules, name: string) {
  const model = modelPreImage(rules);
  return { ...model, service: { ...model.service, name } };
}
