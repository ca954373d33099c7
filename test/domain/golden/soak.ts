import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };

/** Three rings: the first soaks, the second asks for every client to be upgraded. */
export async function soak(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'soak',
      machines: {
        'pc-1': {},
        'pc-2': {},
        'pc-3': {},
        'pc-4': { nature: { service: 'automatic', refuses: ['start'] } },
        'pc-5': {},
      },
      file: {
        waves: [
          {
            name: 'canary',
            size: { clients: ['pc-1', 'pc-2'] },
            gate: { ...gate, settledPercent: 50, soakMs: hours(4) },
          },
          {
            name: 'early',
            size: { clients: ['pc-3', 'pc-4'] },
            gate: { ...gate, settledPercent: 50, upgradedPercent: 100, soakMs: hours(1) },
          },
          { name: 'rest', size: { rest: true }, gate },
        ],
        budgets: { active: 4, perLogonServer: 4 },
      },
      policy: { ...policy, deferrals: patience({}) },
    },
    [
      'Rings with soak: the canary has to hold for four hours, then every client of wave early has to be upgraded, for an hour.',
      '',
      'pc-1, pc-2, pc-3 and pc-5 are free. On pc-4 the PCM service is in the way and does not start from anywhere else. Anna works',
      'at every client from 8 to 17; her logon starts the update where the client is marked.',
    ],
  );
  await canary(story);
  await early(story);
  return story.text();
}

async function canary(story: Transcript): Promise<void> {
  story.chapter('The canary is marked on Monday evening. Anna logs on at eight, and pc-1 checks in.');
  await story.create('kim');
  await story.start('kim');
  await story.letPass(hours(12) + minutes(5));
  await story.checkIn('pc-1');
  await story.work();
  await story.round();
  await story.state();

  story.chapter(
    'Half of the canary is enough. Two hours later pc-2 is finished, too, and the soak begins again.',
  );
  await story.letPass(hours(2));
  await story.checkIn('pc-2');
  await story.work();
  await story.round();
  await story.state();

  story.chapter(
    'At noon the first soak would be over, and nothing opens. The gate opens after four quiet hours.',
  );
  await story.letPass(hours(2));
  await story.letPass(hours(1) + minutes(59));
  await story.letPass(minutes(2));
  await story.state();
}

async function early(story: Transcript): Promise<void> {
  story.chapter('The service of pc-4 is put back as it was: 1 of 2 clients is upgraded, and all are needed.');
  await story.letPass(hours(18) + minutes(5));
  await story.checkIn('pc-3');
  await story.work();
  await story.round();
  await story.state();

  story.chapter(
    'Kim has read why, and resumes. The hour of soak still counts; what opened the wave stays written.',
  );
  await story.resume('kim');
  await story.round();
  await story.state();
  await story.letPass(hours(1));
  await story.letPass(hours(24));
  await story.checkIn('pc-5');
  await story.work();
  await story.round();
  await story.state();
}
