import { calendarClass } from '../../shared/domain/campaign/calendar.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import type { Causes } from '../../shared/domain/campaign/planned.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { ClassTimes } from '../simulation/class-times.ts';
import { causeOf, unknownCause } from './cause-words.ts';

/** From a time on a client is busy with this, or waits for it. */
interface Stretch {
  readonly at: number;
  readonly cause: string;
}

interface Course {
  readonly client: Client;
  readonly wave: number;
  readonly stretches: Stretch[];
  settledAt: number | null;
}

interface Span {
  readonly from: number;
  readonly until: number;
  readonly cause: string;
}

/**
 * Notes what the time of a campaign went to. What counts is the way to the end: in each wave the
 * client that was finished last before the next wave opened, and between them the gate. A pause
 * counts before everything else. The parts make up the whole time.
 */
export class CauseLog {
  readonly #courses = new Map<string, Course>();
  readonly #opened: number[] = [];
  /** By wave: since when its gate has waited for time or people alone. */
  readonly #gates = new Map<number, readonly { readonly since: number; readonly cause: string }[]>();
  readonly #pauses: Span[] = [];
  readonly #holds: (Span & { readonly logonServer: string })[] = [];
  #definition: CampaignDefinition;
  #campaign: Campaign;
  #endedAt: number | null = null;

  constructor(campaign: Campaign) {
    this.#definition = campaign.definition;
    this.#campaign = campaign;
    const { state } = campaign;
    if ('openWaves' in state) this.#opened.push(state.startedAt);
  }

  /** When each wave opened. */
  get opened(): readonly number[] {
    return this.#opened;
  }

  get endedAt(): number | null {
    return this.#endedAt;
  }

  campaign(after: Campaign, at: number): void {
    const before = this.#campaign;
    this.#campaign = after;
    this.#definition = after.definition;
    const { state } = after;
    const open = 'openWaves' in state ? state.openWaves : 0;
    while (this.#opened.length < open) this.#opened.push(at);
    this.#gate(after);
    this.#pause(before, after, at);
    this.#hold(before, after, at);
    this.#endedAt = 'endedAt' in state ? state.endedAt : null;
  }

  /** @param isKnown the state is known, and not only its name */
  upgrade(client: Client, before: Upgrade | null, after: Upgrade, at: number, isKnown = true): void {
    const own = this.#courses.get(client.client) ?? {
      client,
      wave: after.wave,
      stretches: [],
      settledAt: null,
    };
    this.#courses.set(client.client, own);
    const cause = isKnown ? causeOf(after) : unknownCause;
    if (before === null || own.stretches.at(-1)?.cause !== cause) own.stretches.push({ at, cause });
    own.settledAt = after.state.phase === 'settled' ? at : null;
  }

  /** What the time until the end went to; null = the campaign has not begun. */
  causes(until: number): Causes | null {
    if (this.#opened.length === 0) return null;
    const spans = this.#opened.flatMap((from, wave) =>
      this.#way(wave, from, this.#opened[wave + 1] ?? until),
    );
    return sums(spans);
  }

  /** The same for each wave that has opened, from its opening to its last client. */
  causesOfWave(wave: number, until: number): Causes {
    const from = this.#opened[wave];
    if (from === undefined) return {};
    return sums(this.#clientWay(this.#lastOf([wave], until), from, until));
  }

  /** When the last client of the wave was finished; null = some are not. */
  settledAt(wave: number, size: number): number | null {
    const own = [...this.#courses.values()].filter((each) => each.wave === wave);
    const times = own.flatMap(({ settledAt }) => (settledAt === null ? [] : [settledAt]));
    return times.length < size || times.length === 0 ? null : Math.max(...times);
  }

  #way(wave: number, from: number, until: number): readonly Span[] {
    const isNewest = wave === this.#opened.length - 1;
    const gates = isNewest ? [] : (this.#gates.get(wave) ?? []);
    const within = (at: number): number => Math.max(from, Math.min(until, at));
    const gateAt = within(gates[0]?.since ?? until);
    const waves = isNewest ? this.#opened.map((_, at) => at) : [wave];
    return [
      ...this.#clientWay(this.#lastOf(waves, gateAt), from, gateAt),
      ...gates.flatMap(({ since, cause }, at) => {
        const span = { from: within(since), until: within(gates[at + 1]?.since ?? until), cause };
        return span.from < span.until ? this.#cut(span, null) : [];
      }),
    ];
  }

  /** The client of these waves that was finished last by then, or that is not finished. */
  #lastOf(waves: readonly number[], until: number): Course | undefined {
    let last: Course | undefined;
    const endOf = ({ settledAt }: Course): number => settledAt ?? Infinity;
    for (const each of this.#courses.values()) {
      if (!waves.includes(each.wave) || (each.settledAt !== null && each.settledAt > until)) continue;
      if (each.settledAt === null && this.#endedAt !== null) continue;
      if (last === undefined || endOf(each) > endOf(last)) last = each;
    }
    return last;
  }

  #clientWay(course: Course | undefined, from: number, until: number): readonly Span[] {
    if (course === undefined) return this.#cut({ from, until, cause: gateCause }, null);
    const spans: Span[] = [];
    let [at, cause] = [from, slotCause];
    for (const stretch of [...course.stretches, { at: until, cause: '' }]) {
      const to = Math.min(until, Math.max(at, stretch.at));
      if (to > at) spans.push(...this.#cut({ from: at, until: to, cause }, course.client));
      at = to;
      cause = stretch.cause;
    }
    return spans;
  }

  /** A span without what outweighs it: pauses, the hold of the client's server, closed windows. */
  #cut(span: Span, client: Client | null): readonly Span[] {
    const holds = this.#holds.filter(({ logonServer }) => logonServer === client?.logonServer);
    let left: readonly Span[] = [span];
    const taken: Span[] = [];
    for (const over of [...this.#pauses, ...holds]) {
      left = left.flatMap((each) => {
        const from = Math.max(each.from, over.from);
        const until = Math.min(each.until, over.until);
        if (from >= until) return [each];
        taken.push({ from, until, cause: over.cause });
        return [
          ...(each.from < from ? [{ ...each, until: from }] : []),
          ...(until < each.until ? [{ ...each, from: until }] : []),
        ];
      });
    }
    const waits = span.cause === slotCause && client !== null;
    return [...taken, ...(waits ? left.flatMap((each) => this.#windows(each, client)) : left)];
  }

  /** A client that waits for a slot waits for its window while that is closed. */
  #windows(span: Span, client: Client): readonly Span[] {
    const zone = calendarClass(this.#definition, client);
    if (zone === undefined) return [span];
    const spans: Span[] = [];
    // Its answers are remembered in the order of time, so each span has its own.
    const classes = new ClassTimes(this.#definition);
    for (let at = span.from; at < span.until;) {
      const time = classes.of(zone, at);
      const until = Math.min(span.until, Math.max(at + 1, time.until));
      spans.push({ from: at, until, cause: time.isOpen ? span.cause : windowCause });
      at = until;
    }
    return spans;
  }

  /** What the gate of the newest wave waits for once its counts hold: time, then people. */
  #gate({ definition, state, approvals }: Campaign): void {
    if (!('openWaves' in state)) return;
    const wave = state.openWaves - 1;
    const next = definition.waves[state.openWaves]?.name;
    const asked = approvals?.requests?.findLast(({ subject }) => 'wave' in subject && subject.wave === next);
    const waits = [
      ...(state.mark === undefined ? [] : [{ since: state.mark.since, cause: soakCause }]),
      ...(asked === undefined ? [] : [{ since: asked.since, cause: approvalCause }]),
    ];
    this.#gates.set(wave, waits);
  }

  #pause(before: Campaign, { state }: Campaign, at: number): void {
    const open = this.#pauses.findIndex(({ until }) => until === Infinity);
    if (state.status === 'paused' && before.state.status !== 'paused')
      this.#pauses.push({ from: at, until: Infinity, cause: `paused by ${state.by}` });
    const span = this.#pauses[open];
    if (state.status !== 'paused' && span !== undefined) this.#pauses[open] = { ...span, until: at };
  }

  #hold(before: Campaign, after: Campaign, at: number): void {
    const [was, is] = [before.holds ?? [], after.holds ?? []];
    for (const { logonServer, by } of is)
      if (!was.some((each) => each.logonServer === logonServer))
        this.#holds.push({ from: at, until: Infinity, logonServer, cause: `${logonServer} held by ${by}` });
    for (const [index, span] of this.#holds.entries())
      if (span.until === Infinity && !is.some(({ logonServer }) => logonServer === span.logonServer))
        this.#holds[index] = { ...span, until: at };
  }
}

const slotCause = 'waiting for a slot';
const windowCause = 'outside the windows';
const gateCause = 'at the gate';
const soakCause = 'soak of the gate';
const approvalCause = 'waiting for the approval of a wave';

function sums(spans: readonly Span[]): Causes {
  const found: Record<string, number> = {};
  for (const { from, until, cause } of spans) found[cause] = (found[cause] ?? 0) + until - from;
  return found;
}
