import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, minSample: 2 };

/**
 * Two waves with gates; the PCM service is in the way on some clients, and on one of them it can
 * not be moved.
 */
export async function rings(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'rings',
      machines: {
        'pc-1': {},
        'pc-2': { nature: { service: 'automatic', refuses: ['start'] } },
        'pc-3': { nature: { service: 'automatic' }, logonServer: 'LS-MIL' },
        'pc-4': { nature: { service: 'automatic' }, role: 'server' },
        'pc-5': { nature: { service: 'automatic' } },
        'pc-6': { logonServer: 'LS-MIL' },
      },
      file: {
        waves: [
          { name: 'canary', size: { count: 2 }, gate: { ...gate, notOkPercent: 0 } },
          { name: 'rest', size: { rest: true }, gate: { ...gate, notOkPercent: 30 } },
        ],
        budgets: { active: 3, perLogonServer: 2 },
      },
      policy: { ...policy, deferrals: patience({}) },
    },
    [
      'Rings: a canary of two clients, then the rest.',
      '',
      'pc-1 and pc-6 are free. The PCM service starts by itself on the others and runs out of the directory that the update',
      'replaces: on pc-3 and pc-5 it can be moved, on pc-2 it does not start from anywhere else, and pc-4 is a server, which is',
      'left alone. Anna works at every client from 8 to 17; her logon starts the update where the client is marked.',
    ],
  );
  await canary(story);
  await rest(story);
  return story.text();
}

async function canary(story: Transcript): Promise<void> {
  story.chapter('The canary begins on Monday evening, when nobody is logged on.');
  await story.create('kim');
  await story.start('kim');
  await story.start('lee');
  await story.round();
  await story.work();
  await story.letPass(hours(1) + minutes(30));

  story.chapter('The third look at pc-5 finds the service again: it persists, and is moved step by step.');
  await story.wait(1_000);
  const move = await story.drive('w1', 'pc-5', 'repoint');
  await story.state();
  await story.happens('w1 goes on until the client rests', () => move.toItsEnd());
  await story.letPass(minutes(10));

  story.chapter('Anna logs on at 8, and both clients check in. The gate passes and opens the rest.');
  await story.letPass(hours(10) + minutes(20));
  await story.checkIn('pc-1', 'pc-1', 'pc-6');
  await story.work();
  await story.checkIn('pc-5');
  await story.work();
  await story.round();
  await story.state();
}

async function rest(story: Transcript): Promise<void> {
  story.chapter('By day anna is told first, and gets her hour before a service is moved.');
  await story.letPass(minutes(90));
  await story.letPass(minutes(59));

  story.chapter(
    'On pc-2 the service is put back as it was; the gate stops the campaign. What was begun goes on.',
  );
  await story.letPass(minutes(20));
  await story.state();
  await story.pause('lee', 'the same trouble again?');

  story.chapter(
    'Kim has read why, and resumes: what ended so is accepted. Restarts wait until anna has gone home.',
  );
  await story.resume('kim');
  await story.letPass(hours(12));
  await story.letPass(hours(9) + minutes(20));
  await story.checkIn('pc-3', 'pc-6');
  await story.work();
  await story.round();
  await story.state();
  await story.resume('kim');
}
