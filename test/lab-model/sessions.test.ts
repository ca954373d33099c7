import { describe, expect, it } from 'vitest';
import { Dice } from '../../orchestrator/simulation/machines/chance.ts';
import { logOff, logOn } from '../../orchestrator/simulation/machines/sessions.ts';
import { workdayFrom } from '../../orchestrator/simulation/machines/timetable.ts';
import { hour, minute, mondayAtFive, OneMachine } from './one-machine.ts';

const midnight = mondayAtFive - 5 * hour;
const clients = Array.from({ length: 30 }, (_, n) => `PC${n}`);

const workdayOf = (client: OneMachine) =>
  workdayFrom({ dice: client.machine.dice, zone: client.machine.row.zone, mornings: new Map() }, client.now);

describe('the timetable of the lab', () => {
  it.each(['UTC', 'Asia/Tokyo', 'America/New_York', 'Europe/Berlin'])(
    'has people at work from the morning to the evening of %s, Monday to Friday',
    (zone) => {
      for (const client of clients) {
        let at = mondayAtFive;
        for (let days = 0; days < 10; days++) {
          const { logonAt, logoffAt } = workdayFrom(
            { dice: new Dice('model', client), zone, mornings: new Map() },
            at,
          );
          const [on, off] = [logonAt, logoffAt].map((ms) =>
            Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(zone),
          );
          expect(on?.dayOfWeek).toBeLessThan(6);
          expect(off?.toPlainDate().equals(on?.toPlainDate() ?? '')).toBe(true);
          expect(on?.toPlainTime().toString() ?? '').toMatch(/^0(7:[345]|8:|9:[012])/);
          expect(off?.toPlainTime().toString() ?? '').toMatch(/^1(6:[345]|7:|8:[012])/);
          at = logoffAt;
        }
      }
    },
  );

  it('follows local time when the clocks change', () => {
    // Friday before and Monday after the change of 25 October 2026 in Berlin.
    const desk = { dice: new Dice('model', 'PC1'), zone: 'Europe/Berlin', mornings: new Map() };
    const friday = workdayFrom(desk, Date.UTC(2026, 9, 23));
    const monday = workdayFrom(desk, friday.logoffAt);
    const hourOf = (at: number) =>
      Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/Berlin').hour;
    expect(new Date(monday.logonAt).getUTCDate()).toBe(26);
    expect([7, 8, 9]).toContain(hourOf(friday.logonAt));
    expect([7, 8, 9]).toContain(hourOf(monday.logonAt));
  });
});

describe('a user of the lab', () => {
  it('logs on in the morning and off in the evening', () => {
    const client = new OneMachine('free');
    const { logonAt, logoffAt } = workdayOf(client);
    expect(client.look().users).toEqual([]);
    expect(client.until(logonAt).look().users).toMatchObject([{ session: 1, since: logonAt }]);
    expect(client.until(logoffAt).look().users).toEqual([]);
    expect(client.until(midnight + 5 * 24 * hour + 12 * hour).look().users).toEqual([]);
  });

  it('has Smsrun32 in Load, once', () => {
    const client = new OneMachine('free').until(midnight + 12 * hour);
    expect(client.look().users[0]?.load).toMatch(/^[^,]*smsrun32\.exe$/i);
  });

  it('logs on again some minutes after a restart in working hours', () => {
    const client = new OneMachine('free').until(midnight + 12 * hour);
    client.call('restart');
    client.pass(20 * minute);
    const { users, bootedAt } = client.look();
    expect(users[0]?.since).toBeGreaterThan(bootedAt);
    expect(client.until(midnight + 19 * hour).look().users).toEqual([]);
  });

  it('does not come back before the next morning after a restart in the evening', () => {
    const client = new OneMachine('free').until(midnight + 19 * hour);
    client.call('restart');
    expect(client.until(midnight + 31 * hour).look().users).toEqual([]);
    expect(client.until(midnight + 36 * hour).look().users).toHaveLength(1);
  });

  it('never logs on to a server', () => {
    expect(new OneMachine('server').until(midnight + 12 * hour).look().users).toEqual([]);
  });
});

describe('a program of BIN that the user opens', () => {
  it('starts minutes after the logon, so Smsrun32 runs before it, and ends at logoff', () => {
    const client = new OneMachine('userProgram');
    const { logonAt, logoffAt } = workdayOf(client);
    client.until(logonAt + 2 * minute);
    expect(client.look().transcript?.at).toBeGreaterThan(logonAt);
    expect(client.look().processes).toEqual([]);
    const open = client.until(logonAt + 25 * minute).look();
    expect(open.processes).toMatchObject([
      { executable: 'PCMWIN32.EXE', session: 1, user: open.users[0]?.name },
    ]);
    expect(client.until(logoffAt).look().processes).toEqual([]);
  });

  it('is not opened when the user logs off at once', () => {
    const client = new OneMachine('userProgram');
    const { transcript } = client.look();
    logOn(client.machine, client.now);
    logOff(client.machine, client.now + 1000);
    client.pass(hour);
    expect(client.look().processes).toEqual([]);
    expect(client.look().transcript).toEqual(transcript);
  });

  it('does not block the release: the next logon downloads it first', () => {
    const client = new OneMachine('userProgram').until(midnight + 12 * hour);
    client.call('mark');
    expect(client.filesOfRelease()).toBe(0);
    client.until(midnight + 36 * hour);
    expect(client.filesOfRelease()).toBe(4);
    expect(client.look().processes).toHaveLength(1);
  });
});
