import { everyDay } from '../../../shared/domain/time/window.ts';
import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, notOkPercent: 100, minSample: 7 };

/**
 * Something begins at night only, and restarts only in the middle of it; clients are away, in use,
 * or slow to be done.
 */
export async function nights(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'nights',
      machines: {
        'pc-1': {},
        'pc-2': { nature: { service: 'automatic' }, zone: 'Europe/Rome' },
        'pc-3': {},
        'pc-4': { nature: { program: true } },
        'pc-5': {},
        'pc-6': { nature: { bootsNeeded: 2 } },
        'pc-7': { nature: { goneAfterMs: 0 } },
      },
      file: {
        waves: [{ name: 'all', size: { rest: true }, gate }],
        budgets: { active: 4, perLogonServer: 4 },
      },
      policy: {
        ...policy,
        deferrals: patience({
          program: { budget: 3, firstMs: hours(2), jitter: 0.2 },
          unreachable: { budget: 4, firstMs: hours(2), jitter: 0.2 },
          restart: { budget: 3, firstMs: hours(1), jitter: 0.2 },
          logon: { jitter: 0.2 },
        }),
        ladder: ['wait', 'workaround'],
        structural: 'atOnce',
        restart: { ...policy.restart, between: { days: everyDay, from: 23 * 60, to: 4 * 60 } },
        window: { days: everyDay, from: 22 * 60, to: 5 * 60 },
      },
    },
    [
      'Nights: nothing begins outside 22:00-05:00 by the clock of the client, and restarts come between 23:00 and 04:00 where',
      'nobody is logged on.',
      '',
      'pc-1 is free. On pc-2, in Rome, the PCM service is in the way and gets the workaround. At pc-3 ben works all night. On pc-4',
      'anna has a program of the product open whenever she is there. pc-5 is unplugged, pc-7 is gone for good, and pc-6 needs',
      'two restarts. Anna works at every client from 8 to 17 UTC.',
    ],
  );
  await firstNight(story);
  await firstDay(story);
  await secondNight(story);
  return story.text();
}

async function firstNight(story: Transcript): Promise<void> {
  story.chapter('At eight in the evening every window is closed; in Rome it opens an hour earlier.');
  await story.create('kim');
  await story.machine('pc-3', 'ben logs on', (machine) => machine.enter('ben', story.world.now));
  await story.machine('pc-5', 'its cable is pulled out', (machine) => machine.plug(false));
  await story.start('kim');
  await story.round();
  await story.letPass(hours(1));
  await story.letPass(hours(1));
  await story.state();
  await story.letPass(hours(2));
  await story.state();
  await story.letPass(hours(5));
}

async function firstDay(story: Transcript): Promise<void> {
  story.chapter('By day nothing begins; what was begun is finished at the logon.');
  await story.letPass(hours(3) + minutes(5));
  await story.checkIn('pc-1', 'pc-2', 'pc-4', 'pc-6');
  await story.work();
  await story.machine('pc-5', 'its cable is plugged in', (machine) => machine.plug(true));
  await story.checkIn('pc-5');
  await story.work();
  await story.state();
  await story.letPass(hours(13) + minutes(55));
}

async function secondNight(story: Transcript): Promise<void> {
  story.chapter('Kim has found out what is wrong with some of them, and tries again.');
  await story.machine('pc-3', 'ben logs off', (machine) => machine.leave());
  await story.retry('kim', 'pc-3', 'ben has gone home');
  await story.machine('pc-4', 'anna closes her program', (machine) => machine.mend());
  await story.retry('kim', 'pc-4', 'the program is closed');
  await story.retry('kim', 'pc-1', 'by mistake');
  await story.letPass(hours(10) + minutes(5));
  await story.checkIn('pc-3', 'pc-4', 'pc-5', 'pc-1');
  await story.work();
  await story.round();
  await story.state();
}
