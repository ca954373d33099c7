import { horizonMs, usualApprovalMs } from '../simulation/assumed.ts';
import { type Campaign, type CampaignEvent, isCampaignOver } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { Refusal } from '../refusal.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { planWaves } from '../domain/plan-waves.ts';
import type { Observer } from '../simulation/observer.ts';
import type { PersonAsks } from '../simulation/people.ts';
import { simulate } from '../simulation/simulation.ts';
import type { EndedClient, Opened } from './course.ts';
import { asCreated, type History } from './history.ts';
import { type AnsweredLooks, RecordedClients } from './recorded-clients.ts';
import { type Side, sideOf, WorkCounter } from './side.ts';
import { isSame } from './stands-at.ts';
import type { CampaignStep, Follower } from './steps.ts';
import { Tracks } from './tracks.ts';

/** What a replay of another policy takes from the history, besides the clients. */
export class FollowedHistory implements Follower {
  readonly tracks = new Tracks();
  readonly people: PersonAsks[] = [];
  readonly admittedAt = new Map<string, number>();
  readonly #waits: number[] = [];
  startedAt: number | null = null;
  edits = 0;

  client: NonNullable<Follower['client']> = (step) => {
    if (step.before === null) this.admittedAt.set(step.client, step.entry.at);
    this.tracks.client(step);
  };

  campaign: NonNullable<Follower['campaign']> = ({ entry, before, after, how, event }: CampaignStep) => {
    if (how === 'edited') this.edits += 1;
    if ('startedAt' in after.state) this.startedAt ??= after.state.startedAt;
    if (event === undefined) return;
    if (repeated.has(event.type) && before.state.status !== 'created')
      this.people.push({ at: entry.at, event });
    if (event.type === 'ApprovalAnswered')
      for (const { since, answer } of after.approvals?.requests ?? [])
        if (answer?.at === entry.at) this.#waits.push(answer.at - since);
  };

  /** How long an approval took in the middle; null = none was given. */
  get approvalMs(): number | null {
    const sorted = this.#waits.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }
}

/** Requests that are made at the same moments, whatever the policy. */
const repeated: ReadonlySet<CampaignEvent['type']> = new Set([
  'PauseRequested',
  'ResumeRequested',
  'HoldRequested',
  'UnholdRequested',
  'AbortRequested',
]);

/** What another policy would have done. */
export interface Otherwise {
  readonly side: Side;
  /** Null = it is over. */
  readonly because: string | null;
  readonly looks: AnsweredLooks;
  readonly unknownClients: number;
  /** Clients of the campaign that this file selects for no wave. */
  readonly leftOut: number;
}

/**
 * Runs a campaign by another definition over what its clients did: the real deciders on virtual
 * time, with answers from each client's own history.
 */
export async function runOtherwise(
  history: History,
  followed: FollowedHistory,
  definition: CampaignDefinition,
): Promise<Result<Otherwise, Refusal>> {
  const { campaign: recorded, sources, until } = history;
  const waves = wavesOf(history, followed, definition);
  const created: Campaign = {
    ...asCreated({ ...history, created: definition }),
    waveSizes: waves.map(({ length }) => length),
  };
  const startAt = startOf(recorded, followed, definition);
  const unknown = whyStartUnknown(history, followed, startAt);
  if (unknown !== null) return err(fault('replay.start', unknown));
  const asked = { type: 'StartRequested', releaseStaged: true, overlap: [] } as const;
  const begun = decideCampaign(created, asked, startAt);
  if (begun.kind !== 'changed') return err(fault('replay.refused', begun.because));
  const model = new RecordedClients(followed.tracks);
  const course = new CourseObserver(startAt, begun.because);
  const isOver = isCampaignOver(recorded.state);
  const simulated = await simulate({
    campaign: begun.campaign,
    waves,
    sources,
    model,
    startAt,
    until: isOver ? startAt + horizonMs : until,
    approvalMs: followed.approvalMs ?? usualApprovalMs,
    people: followed.people,
    observer: course,
  });
  const { campaign } = simulated;
  const endedAt = 'endedAt' in campaign.state ? campaign.state.endedAt : null;
  return ok({
    side: sideOf(
      campaign,
      { openings: course.openings, admissions: [], endings: course.endings, endedAt },
      course.work,
    ),
    because: endedAt === null ? whyNoEnd(campaign, isOver) : null,
    looks: model.looks,
    unknownClients: model.unknown.size,
    leftOut: history.members.length - waves.reduce((sum, { length }) => sum + length, 0),
  });
}

function whyNoEnd({ state }: Campaign, isOver: boolean): string {
  if (state.status === 'paused') return `it is paused by ${state.by}: ${state.because}; nobody resumes it`;
  return isOver ? 'it is not over after 120 days' : 'the history ends here';
}

/** The nearest look says little of a client more than a day before anybody looked. */
const earlierAtMostMs = 24 * 3_600_000;

/** Why the history says nothing of clients from this moment on; null = it does. */
function whyStartUnknown(
  { campaign, until }: History,
  { startedAt }: FollowedHistory,
  startAt: number,
): string | null {
  const from = startedAt ?? campaign.createdAt;
  if (startAt <= until && startAt >= from - earlierAtMostMs) return null;
  return `it starts at ${isoOf(startAt)}, and what the clients did is known from ${isoOf(from)} to ${isoOf(until)}`;
}

/** A file that starts at another moment than the campaign's own starts then. */
function startOf(
  { definition: own, createdAt }: Campaign,
  { startedAt }: FollowedHistory,
  { startAt }: CampaignDefinition,
): number {
  const isOther = startAt !== undefined && startAt !== null && startAt !== own.startAt;
  return isOther ? startAt : (startedAt ?? createdAt);
}

/** The waves as they were, unless the file makes others; in each the order of admission. */
function wavesOf(
  { campaign: { definition: own }, members, clients }: History,
  { admittedAt }: FollowedHistory,
  definition: CampaignDefinition,
): readonly (readonly Client[])[] {
  const known = members.map(
    ({ client, logonServer }): Client =>
      clients.get(client) ?? {
        client,
        host: client,
        logonServer,
        zone: 'UTC',
        role: 'workstation',
        labels: [],
      },
  );
  if (!isSame(sizesOf(own), sizesOf(definition)) || !isSame(own.select, definition.select))
    return planWaves(definition, known).waves.map((wave) => wave.clients);
  const waveOf = new Map(members.map(({ client, wave }) => [client, wave]));
  const place = new Map(
    planWaves(definition, known)
      .waves.flatMap((wave) => wave.clients)
      .map(({ client }, at) => [client, at]),
  );
  const byAdmission = known.toSorted(
    (a, b) =>
      (admittedAt.get(a.client) ?? Infinity) - (admittedAt.get(b.client) ?? Infinity) ||
      (place.get(a.client) ?? Infinity) - (place.get(b.client) ?? Infinity),
  );
  return definition.waves.map((_, wave) => byAdmission.filter(({ client }) => waveOf.get(client) === wave));
}

const sizesOf = ({ waves }: CampaignDefinition) => waves.map(({ name, size }) => ({ name, size }));

/** Notes openings and endings, and counts what is done on clients. */
class CourseObserver implements Observer {
  readonly openings: Opened[];
  readonly endings: EndedClient[] = [];
  readonly work = new WorkCounter();

  constructor(at: number, because: string) {
    this.openings = [{ at, wave: 0, because }];
  }

  campaign: NonNullable<Observer['campaign']> = ({ campaign: { state }, at, because }) => {
    const open = 'openWaves' in state ? state.openWaves : 0;
    for (let wave = this.openings.length; wave < open; wave += 1) this.openings.push({ at, wave, because });
  };

  upgrade: NonNullable<Observer['upgrade']> = ({ client, before, after, at }) => {
    this.work.step(before, after);
    if (after.state.phase !== 'settled' || before?.state.phase === 'settled') return;
    const { end, cause } = after.state;
    this.endings.push({ at, client: client.client, wave: after.wave, end, cause });
  };
}
