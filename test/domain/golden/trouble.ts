import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, notOkPercent: 100, minSample: 7 };
const slowly = { firstMs: hours(10), maxMs: hours(12) };

/** Workers die, people pause, change their minds and give up; no service is left half moved. */
export async function trouble(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'trouble',
      machines: {
        'pc-1': { nature: { service: 'automatic' } },
        'pc-2': { nature: { service: 'automatic' } },
        'pc-3': { nature: { service: 'automatic' } },
        'pc-4': { nature: { service: 'automatic', refuses: ['prove'] } },
        'pc-5': { nature: { program: true } },
        'pc-6': {},
        'pc-7': { nature: { service: 'automatic' } },
        'pc-8': {},
      },
      file: {
        waves: [
          { name: 'first', size: { count: 7 }, gate },
          { name: 'rest', size: { rest: true }, gate },
        ],
        budgets: { active: 8, perLogonServer: 8 },
      },
      policy: {
        ...policy,
        deferrals: patience({ unreachable: slowly, busy: slowly, program: slowly }),
        ladder: ['wait', 'relocation'],
        structural: 'atOnce',
      },
    },
    [
      'Trouble: workers die, people pause, change their minds and give up.',
      '',
      'The PCM service is in the way on pc-1, pc-2, pc-3, pc-4 and pc-7, and is moved at first sight. pc-2 is in the second wave,',
      'which never opens. On pc-4 the moved service can not be proved, on pc-7 it runs a package. On pc-5 anna has a program of',
      'the product open whenever she is there, from 8 to 17. pc-6 and pc-8 are free, and unplugged until Tuesday evening.',
    ],
  );
  await pausedInMidMove(story);
  await secondThoughts(story);
  await givenUp(story);
  await unmarked(story);
  return story.text();
}

async function pausedInMidMove(story: Transcript): Promise<void> {
  story.chapter('A worker dies while it moves a service, and kim pauses while another one does.');
  await story.machine('pc-6', 'its cable is pulled out', (machine) => machine.plug(false));
  await story.machine('pc-8', 'its cable is pulled out', (machine) => machine.plug(false));
  await story.machine('pc-7', 'a package begins', (machine) => machine.run(true));
  await story.create('kim');
  await story.start('kim');
  await story.round();
  const lost = await story.drive('w1', 'pc-1', 'repoint');
  await story.happens('w1 repoints the service, and dies before it can say so', () => lost.act());
  const move = await story.drive('w2', 'pc-3', 'copy');
  await story.pause('kim', 'the helpdesk is full');
  await story.state();
  await story.happens('w2 goes on until the client rests', () => move.toItsEnd());
  await story.work();
  await story.sweep();
  await story.wait(30_000);
  await story.sweep();
  await story.work();
  await story.resume('lee');
  await story.resume('lee', true);
  await story.letPass(minutes(30));
  await story.state();
}

async function secondThoughts(story: Transcript): Promise<void> {
  story.chapter(
    'On Tuesday morning the moved ones are upgraded; lee wants the service of pc-1 back where it was.',
  );
  await story.letPass(hours(11) + minutes(30));
  await story.undo('lee', 'pc-1', 'its scripts need the old path');
  await story.checkIn('pc-1', 'pc-3', 'pc-5');
  await story.work();
  await story.undo('lee', 'pc-1', 'its scripts need the old path');
  await story.work();
  await story.undo('lee', 'pc-4', 'once more');
}

async function givenUp(story: Transcript): Promise<void> {
  story.chapter(
    'In the evening the campaign is aborted in the middle of things. What was begun is finished.',
  );
  await story.letPass(hours(10));
  await story.machine('pc-4', 'its disk is mended', (machine) => machine.mend());
  await story.retry('kim', 'pc-4', 'the disk was full');
  const move = await story.drive('w1', 'pc-4', 'stop');
  await story.machine('pc-8', 'its cable is plugged in', (machine) => machine.plug(true));
  await story.checkIn('pc-8');
  const stopped = await story.drive('w2', 'pc-8', 'marking');
  await story.happens('w2 is asked to stop in the middle of the mark', () => stopped.letGo());
  await story.work();
  await story.machine('pc-6', 'its cable is plugged in', (machine) => machine.plug(true));
  await story.checkIn('pc-6');
  const mark = await story.drive('w3', 'pc-6', 'marking');
  await story.abort('kim', 'the release is bad');
  await story.state();
  await story.happens('w3 goes on', async () => {
    await mark.act();
    await mark.toItsEnd();
  });
  await story.happens('w1 goes on until the client rests', () => move.toItsEnd());
  await story.letPass(minutes(20));
  await story.state();
}

async function unmarked(story: Transcript): Promise<void> {
  story.chapter('Three clients would install the bad release at their next logon all the same.');
  await story.unmark('kim', 'pc-7', 'the release is bad');
  await story.unmark('kim', 'pc-5', 'the release is bad');
  await story.machine('pc-8', 'its cable is pulled out', (machine) => machine.plug(false));
  await story.unmark('kim', 'pc-8', 'the release is bad');
  await story.work();
  await story.round();
  await story.state();
}
