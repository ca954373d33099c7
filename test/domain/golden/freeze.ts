import { everyDay } from '../../../shared/domain/time/window.ts';
import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, notOkPercent: 100, minSample: 5 };

/** A blackout in the night in which the clocks of Berlin go back from 03:00 to 02:00. */
export async function freeze(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'freeze',
      begins: Date.UTC(2027, 9, 30, 19, 30),
      machines: {
        'pc-1': { zone: 'Europe/Berlin' },
        'pc-2': { zone: 'Europe/Berlin', nature: { service: 'automatic' } },
        'pc-3': { zone: 'Europe/Berlin' },
        'pc-4': { zone: 'Europe/Berlin' },
        'pc-5': { zone: 'Asia/Kolkata' },
      },
      labels: { 'pc-1': [], 'pc-2': [], 'pc-3': [], 'pc-4': ['shop'], 'pc-5': [] },
      file: {
        waves: [{ name: 'all', size: { rest: true }, gate }],
        budgets: { active: 2, perLogonServer: 2 },
        calendar: {
          windows: [
            { days: everyDay, from: 22 * 60, to: 5 * 60, where: [{ key: 'shop', is: 'missing' }] },
            {
              rule: 'FREQ=MONTHLY;BYDAY=-1SU',
              from: 1 * 60,
              to: 4 * 60,
              where: [{ key: 'shop', is: 'there' }],
            },
          ],
          blackouts: [{ from: '2027-10-31T00:30', to: '2027-10-31T02:30', reason: 'stock-taking' }],
        },
      },
      policy: {
        ...policy,
        deferrals: patience({ unreachable: { firstMs: minutes(70), budget: 9 } }),
        ladder: ['wait', 'relocation'],
        structural: 'atOnce',
        restart: { ...policy.restart, allowed: 'always' },
      },
    },
    [
      'Freeze: offices are upgraded every night from 22:00 to 05:00, shops in the night of the last Sunday of a month from 01:00 to',
      '04:00, each by its own clock. In the blackout "stock-taking" nothing begins: 00:30 to 02:30 of Sunday 31 October 2027. In that',
      'night the clocks of Berlin go back from 03:00 to 02:00, so that 02:30 comes twice: at 00:30 and at 01:30 UTC. The blackout',
      'lasts until the second time.',
      '',
      'pc-1, pc-2 and pc-3 are offices in Berlin; the PCM service is in the way on pc-2, and pc-3 is unplugged at first. pc-4 is a shop',
      'in Berlin, pc-5 an office in Kolkata, five and a half hours ahead of UTC. Two clients are worked on at a time.',
    ],
  );
  story.chapter("In Berlin it is 21:30, and in Kolkata one o'clock: there the blackout lasts already.");
  await story.create('kim');
  await story.machine('pc-3', 'its cable is pulled out', (machine) => machine.plug(false));
  await story.start('kim');
  await story.round();
  story.chapter('At 22:00 the window of the offices in Berlin opens. Two of them take the slots.');
  await story.letPass(minutes(30));
  await story.letPass(hours(1) + minutes(1));
  await story.letPass(hours(1) + minutes(28));
  await story.state();
  story.chapter('At 00:30 in Berlin the blackout begins. What has begun is finished; nothing else begins.');
  await story.letPass(minutes(2));
  await story.machine('pc-3', 'its cable is plugged in', (machine) => machine.plug(true));
  await story.checkIn('pc-1', 'pc-3');
  await story.work();
  await story.letPass(hours(1) + minutes(30));
  story.chapter('It is 02:30 in Berlin for the first time: the blackout is not over.');
  await story.letPass(minutes(29));
  await story.state();
  story.chapter('It is 02:30 for the second time: the blackout is over, and both windows are open.');
  await story.letPass(hours(1));
  await story.letPass(minutes(5));
  await story.state();
  story.chapter('At the logon of the day the marked clients install.');
  await story.letPass(hours(7));
  await story.checkIn('pc-1', 'pc-2', 'pc-3', 'pc-4');
  await story.work();
  await story.letPass(hours(9));
  await story.state();
  return story.text();
}
