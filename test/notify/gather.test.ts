import { describe, expect, test } from 'vitest';
import { type NoticeState, noteSent, takeDue, takeIn } from '../../orchestrator/domain/gather-notices.ts';
import type { Happening } from '../../orchestrator/domain/happening.ts';
import { alarmOf, alarmsOfCampaign } from '../../orchestrator/domain/happening.ts';
import {
  holdBack,
  nextSending,
  routeOf,
  type Subscription,
  takeDigests,
} from '../../orchestrator/domain/notice-routing.ts';
import { usualKinds } from '../../orchestrator/domain/notice-kinds.ts';
import { noticeTitle } from '../../orchestrator/views/notice-words.ts';
import { empty } from './notice-fixture.ts';

const minute = 60_000;
const gather = 5 * minute;

const of = (kind: Happening['kind'], at: number, more: Partial<Happening> = {}): Happening => ({
  kind,
  campaign: 'sp4',
  at,
  who: null,
  says: `${kind} at ${at}`,
  ...more,
});

/** Takes in what happened at this time, and what is due then. */
function step(state: NoticeState, now: number, ...happenings: readonly Happening[]) {
  const taken = takeDue(takeIn(state, happenings, now, gather), now, gather);
  return { state: taken.state, sent: taken.due.map(({ kind, inAll }) => `${kind} ${inAll}`), due: taken.due };
}

describe('messages of one subject', () => {
  test('are one message that lists all, five minutes after the first one', () => {
    const failed = (at: number): Happening => of('clients.failed', at, { clients: 100 });
    const first = step(empty, 0, failed(0));
    expect(first.sent).toEqual([]);
    const later = step(first.state, 2 * minute, failed(minute), failed(2 * minute));
    expect(later.sent).toEqual([]);
    expect(nextSending(later.state, [], 2 * minute)).toBe(gather);
    const last = step(later.state, gather);
    expect(last.sent).toEqual(['clients.failed 3']);
    expect(last.due.map(noticeTitle)).toEqual(['campaign sp4: 300 clients failed or need attention']);
    expect(last.state.groups).toEqual([]);
  });

  test('that are critical are sent at once, and further ones within five minutes as one', () => {
    const first = step(empty, 0, of('gate.broken', 0));
    expect(first.sent).toEqual(['gate.broken 1']);
    const held = step(first.state, minute, of('gate.broken', minute));
    expect(held.sent).toEqual([]);
    const all = step(held.state, gather, of('gate.broken', 2 * minute));
    expect(all.sent).toEqual(['gate.broken 2']);
  });

  test('of a campaign that goes on and pauses again are sent at once; a worker that comes and goes is one', () => {
    const paused = alarmOf.paused('sp4');
    let state: NoticeState = empty;
    for (const at of [0, 1, 2]) {
      const pause = step(state, at * minute, of('gate.broken', at, { opens: paused }));
      const goesOn = step(pause.state, at * minute, of('campaign.resumed', at, { closes: [paused] }));
      expect([pause.sent, goesOn.sent]).toEqual([['gate.broken 1'], ['campaign.resumed 1']]);
      ({ state } = goesOn);
    }
    const none = (at: number): Happening =>
      of('workers.none', at, {
        campaign: '',
        ...(at % 2 === 0 ? { opens: 'workers' } : { closes: ['workers'], says: 'a worker runs again' }),
      });
    const first = step(empty, 0, none(0));
    const later = step(first.state, minute, none(1), none(2), none(3));
    expect([first.sent, later.sent]).toEqual([['workers.none 1'], []]);
    const all = step(later.state, gather);
    expect(all.sent).toEqual(['workers.none 3']);
    expect(all.due.map(noticeTitle)).toEqual(['a worker runs again']);
  });

  test('keep their order within a campaign: what waits goes out before what is critical', () => {
    const state = takeIn(empty, [of('campaign.started', 0), of('wave.opened', 1)], 1, gather);
    const other = takeIn(state, [of('campaign.started', 1, { campaign: 'other' })], 1, gather);
    const { sent, state: left } = step(other, 2, of('campaign.paused', 2));
    expect(sent).toEqual(['campaign.started 1', 'wave.opened 1', 'campaign.paused 1']);
    expect(left.groups.map(({ campaign }) => campaign)).toEqual(['other']);
  });

  test('list at most a thousand happenings, and count all', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => of('copy.broken', at, { about: 'sms-sp4' }));
    const { due } = step(takeIn(empty, many, 0, gather), gather);
    expect(due.map(({ happenings, inAll }) => [happenings.length, inAll])).toEqual([[1_000, 10_000]]);
  });
});

describe('an alarm', () => {
  const opened = step(empty, 0, of('gate.broken', 0, { opens: alarmOf.paused('sp4') }));
  const [group] = opened.due;
  if (group === undefined) throw new Error('a message is due');
  const noted = noteSent(opened.state, group, 'msg_1');

  test.each([
    ['campaign.resumed', [alarmOf.paused('sp4')]],
    ['campaign.aborted', alarmsOfCampaign('sp4')],
  ] as const)('ends with %s, whose message names the one that began it', (kind, closes) => {
    const ended = step(noted, minute, of(kind, minute, { closes }));
    expect(ended.sent).toEqual([`${kind} 1`]);
    expect(ended.due[0]?.ends).toMatchObject([{ kind: 'gate.broken', since: 0, notices: ['msg_1'] }]);
    expect(ended.state.alarms).toEqual({});
  });

  test('that is not open has no end', () => {
    const end = of('everything.halted', 0, { closes: [alarmOf.halted], onlyCloses: true });
    expect(takeIn(empty, [end], 0, gather)).toBe(empty);
  });

  test('is heard of to its end by everybody who heard of its beginning', () => {
    const { due } = step(noted, minute, of('campaign.resumed', minute, { closes: [alarmOf.paused('sp4')] }));
    const [end] = due;
    if (end === undefined) throw new Error('a message is due');
    const only = (kind: Happening['kind']): Subscription => ({ name: kind, kinds: [kind], quiet: null });
    const all = [only('gate.broken'), only('stop.fired'), only('campaign.resumed')];
    expect(routeOf(all, end, undefined, 0).now).toEqual(['gate.broken', 'campaign.resumed']);
    expect(routeOf(all, end, { to: ['campaign.resumed'] }, 0).now).toEqual(['campaign.resumed']);
    expect(routeOf(all, end, { to: [] }, 0)).toEqual({ now: [], later: [] });
  });
});

describe('in quiet hours', () => {
  const night = { zone: 'Europe/Berlin', hours: { days: [1, 2, 3, 4, 5, 6, 7], from: 1_320, to: 420 } };
  const sleeper: Subscription = { name: 'mail', kinds: usualKinds, quiet: night };
  /** 23:30 and 07:00 in Berlin. */
  const [late, morning] = [Date.UTC(2026, 10, 17, 22, 30), Date.UTC(2026, 10, 18, 6)];

  test('critical messages go through, and the others come as one digest afterwards', () => {
    const groupOf = (kind: Happening['kind']) => {
      const [group] = step(takeIn(empty, [of(kind, late)], late, gather), late + gather).due;
      if (group === undefined) throw new Error('a message is due');
      return group;
    };
    expect(routeOf([sleeper], groupOf('campaign.paused'), undefined, late)).toEqual({
      now: ['mail'],
      later: [],
    });
    expect(routeOf([sleeper], groupOf('campaign.ended'), undefined, late)).toEqual({
      now: [],
      later: ['mail'],
    });
    const held = holdBack(empty, ['mail'], { at: late, title: 'campaign sp4 has ended', notice: 'msg_1' });
    expect(nextSending(held, [sleeper], late)).toBe(morning);
    expect(takeDigests(held, [sleeper], morning - 1).digests).toEqual([]);
    const { digests, state } = takeDigests(held, [sleeper], morning);
    expect(digests).toEqual([{ destination: 'mail', messages: held.heldBack['mail'] }]);
    expect(state.heldBack).toEqual({});
  });
});
