import { mayStart, speedNow } from '../../../orchestrator/domain/speed.ts';
import { runCampaigns } from '../../../orchestrator/rounds/run-campaigns.ts';
import { sharedServers } from '../../../orchestrator/fleet/server-limits.ts';
import { campaignStatus } from '../../../orchestrator/views/status.ts';
import { whyNoSlot } from '../../../orchestrator/views/why-waiting.ts';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import type { Activation, CampaignRecord } from '../../../shared/store/types.ts';
import {
  all,
  campaignOf,
  deferred,
  entry,
  pick,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from '../../contract/store/fixtures.ts';
import { joinFleet, storeFixture } from '../../contract/store/store-fixture.ts';
import { contextOver } from '../../fixtures/context.ts';
import { manualDispatcher } from '../../fixtures/dispatchers.ts';
import { createMemoryStore } from '../../twin/memory-store.ts';
import { evening, minutes } from '../given.ts';

const server = 'LS-PUN';
const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };
const names = ['night', 'urgent'] as const;
type Name = (typeof names)[number];

/** Commands, and the whole state after each: the store and the leader's round are the real ones. */
class Story {
  readonly lines: string[] = [];
  readonly #store = createMemoryStore(() => this.#now);
  readonly #fixture = storeFixture(this.#store);
  readonly #jobs = manualDispatcher();
  readonly #round = runCampaigns();
  #now = evening;

  async tell(command: string, act: () => Promise<void>): Promise<void> {
    this.lines.push('', `> ${command}`);
    await act();
    await this.#round.run(this.#context());
    this.lines.push(...(await this.#state()));
  }

  #context = () =>
    contextOver(
      this.#store,
      { now: () => this.#now, realNow: () => this.#now, realDelay: () => 0, policySpan: (ms) => ms },
      this.#jobs,
    );

  async start(name: Name, size: number, priority: number, startsPerMinute?: number): Promise<void> {
    const picks = Array.from({ length: size }, (_, n) => pick(`${name}-${n + 1}`, server));
    await joinFleet(this.#store, picks);
    const { definition, ...campaign } = campaignOf(name, runningState(1), { active: 9, perLogonServer: 9 });
    const waves = [{ name: 'all', size: { rest: true as const }, gate }];
    const speed = startsPerMinute === undefined ? {} : { speed: { startsPerMinute } };
    const own = { ...definition, waves, priority, ...speed };
    await this.#store.createCampaign({ ...campaign, waveSizes: [size], definition: own }, picks, entry(name));
  }

  async limit(active: number | null): Promise<void> {
    const { version } = await this.#store.readServerLimits();
    const limit = {
      logonServer: server,
      active: active ?? 0,
      by: 'kim',
      because: 'slow line',
      at: this.#now,
    };
    await this.#store.commitServerLimits({ version, limits: active === null ? [] : [limit] }, entry(''));
  }

  /** The worker's next job of a campaign ends so. */
  async work(name: Name, end: 'upgraded' | 'deferred'): Promise<void> {
    const at = this.#jobs.jobs.findIndex(({ key, dueAt }) => key.campaign === name && dueAt <= this.#now);
    const [job] = this.#jobs.jobs.splice(at, 1);
    if (at < 0 || job === undefined) throw new Error(`no job of ${name}`);
    const begun = await this.#fixture.begin(job.key, { at: this.#now });
    if (begun.kind !== 'begun') {
      this.lines.push(`${job.key.client}: ${begun.because}`);
      return;
    }
    const { upgrade } = begun.stored;
    const done = await this.#fixture.commit(
      begun,
      end === 'upgraded' ? settled(upgrade) : deferred(upgrade, this.#now + minutes(5)),
      end === 'upgraded' ? settledPlace : restUntil(this.#now + minutes(5)),
      { at: this.#now },
    );
    this.lines.push(`${job.key.client}: ${end}`);
    if (done.kind !== 'committed') return;
    const next = [done.next, done.handed].filter((each): each is Activation => each !== null);
    this.#jobs.jobs.push(...next);
  }

  async pause(name: Name, because: string | null): Promise<void> {
    const record = await this.#store.readCampaign(name);
    if (record === null) return;
    const state = runningState(1);
    const paused = { ...state, status: 'paused' as const, pausedAt: this.#now, byGate: false, by: 'kim' };
    const next = because === null ? state : { ...paused, because };
    await this.#store.commitCampaign({ ...record.campaign, state: next }, record.version, entry(name));
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
  }

  async #state(): Promise<readonly string[]> {
    const records = await this.#store.campaigns();
    const blocks = await Promise.all(records.map((record) => this.#campaign(record)));
    return [isoOf(this.#now), ...blocks.flat()];
  }

  async #campaign({ campaign }: CampaignRecord): Promise<readonly string[]> {
    const name = campaign.definition.campaign;
    const counters = await this.#store.counters(name);
    const starts = await this.#store.recentStarts(name);
    const shares = (await sharedServers(this.#store, name)) ?? [];
    const {
      speed,
      shared = [],
      states,
    } = campaignStatus(campaign, counters, this.#now, {
      halt: null,
      withdrawn: null,
      starts,
      shares,
    });
    const { active, waiting, deferred: resting, upgraded } = states;
    const slots = await this.#store.slotsInUse(name);
    const [next] = await all(this.#store.waiting(name));
    const context = { campaign, counters, slots, now: this.#now, starts, shares };
    const rate = speedNow(campaign, counters);
    const may = rate === null ? '' : `; may start ${mayStart(starts, rate.perMinute, this.#now)}`;
    return [
      `  ${name}: ${campaign.state.status}; ${active} active, ${waiting} waiting, ${resting} deferred, ${upgraded} upgraded`,
      ...(speed === undefined ? [] : [`    speed: ${speed}${may}`]),
      ...shared.map((each) => `    server ${each}`),
      ...(next === undefined ? [] : [`    ${next.client}: ${whyNoSlot(context, server, true)}`]),
    ];
  }
}

/** Two campaigns at one logon server that has a limit over all campaigns. */
export async function twoAtOneServer(): Promise<string> {
  const story = new Story();
  story.lines.push(
    'Two campaigns at one logon server: night has priority 10 and urgent 30. LS-PUN takes four clients of all campaigns.',
    'Each command is followed by a round of the leader, and by the whole state.',
  );
  await story.tell('server limit set LS-PUN --active 4', () => story.limit(4));
  await story.tell('start night: 8 clients, priority 10', () => story.start('night', 8, 10));
  await story.tell('start urgent: 6 clients, priority 30, 12 starts a minute', () =>
    story.start('urgent', 6, 30, 12),
  );
  for (const _ of [1, 2])
    await story.tell('a client of night is upgraded: its slot goes to urgent', () =>
      story.work('night', 'upgraded'),
    );
  await story.tell('another one: urgent has started two clients at once, so night keeps the slot', () =>
    story.work('night', 'upgraded'),
  );
  await story.tell('a client of urgent is deferred: it holds no slot, and the speed keeps the next one', () =>
    story.work('urgent', 'deferred'),
  );
  await story.tell('ten seconds pass', () => story.pass(10_000));
  await story.tell('pause urgent', () => story.pause('urgent', 'lunch'));
  await story.tell('five minutes pass; a client of night is upgraded: urgent takes nothing', async () => {
    await story.pass(minutes(5));
    await story.work('night', 'upgraded');
  });
  await story.tell('resume urgent; a client of night is upgraded', async () => {
    await story.pause('urgent', null);
    await story.work('night', 'upgraded');
  });
  await story.tell('server limit clear LS-PUN', () => story.limit(null));
  return `${story.lines.join('\n')}\n`;
}
