import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };
const broken = { nature: { service: 'automatic', refuses: ['start'] } } as const;

/** Stop rules look at the last hour only: a rate pauses the campaign, one cause halts everything. */
export async function stop(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'stop',
      machines: {
        'pc-1': {},
        'pc-2': broken,
        'pc-3': broken,
        'pc-4': broken,
        'pc-5': broken,
        'pc-6': broken,
        'pc-7': broken,
        'pc-8': broken,
        'pc-9': {},
        'pc-10': {},
        'pc-11': {},
        'pc-12': {},
        'pc-13': {},
      },
      labels: { 'pc-1': [] },
      file: {
        membership: 'joins',
        waves: [{ name: 'all', size: { rest: true }, gate }],
        budgets: { active: 4, perLogonServer: 4 },
        stop: [
          { on: 'failed', percent: 80, minSample: 3, withinMs: hours(1), does: 'pause' },
          { sameCause: 4, withinMs: minutes(30), does: 'halt' },
        ],
      },
      policy: {
        ...policy,
        deferrals: patience({}),
        ladder: ['wait', 'relocation'],
        structural: 'atOnce',
      },
    },
    [
      'Stop: more than 80 % of at least 3 clients that failed within an hour pause the campaign, and 4 clients with the same cause',
      'within half an hour halt all campaigns. Clients join as they are delivered.',
      '',
      'On pc-2 to pc-8 the PCM service is in the way and does not start from anywhere else: they fail. The other clients are free,',
      'and pc-9 to pc-12 stand behind one switch.',
    ],
  );
  await slowly(story);
  await quickly(story);
  await resumed(story);
  await sameCause(story);
  return story.text();
}

async function slowly(story: Transcript): Promise<void> {
  story.chapter('Three clients fail, more than half an hour apart: no hour has three of them.');
  await story.create('kim');
  await story.start('kim');
  await story.letPass(minutes(1));
  for (const client of ['pc-2', 'pc-3', 'pc-4']) {
    await story.bring('kim', { [client]: [] });
    await story.letPass(minutes(35));
  }
  await story.state();
}

async function quickly(story: Transcript): Promise<void> {
  story.chapter('An hour later nothing counts any more. Three clients fail within one hour.');
  await story.letPass(hours(1));
  await story.state();
  for (const client of ['pc-5', 'pc-6', 'pc-7']) {
    await story.bring('kim', { [client]: [] });
    await story.letPass(minutes(10));
  }
  await story.state();
}

async function resumed(story: Transcript): Promise<void> {
  story.chapter('Lee, who has not paused it, resumes: the three do not count again. One more fails.');
  await story.resume('lee');
  await story.round();
  await story.state();
  await story.bring('kim', { 'pc-8': [] });
  await story.letPass(minutes(5));
  await story.state();
}

async function sameCause(story: Transcript): Promise<void> {
  story.chapter('A switch breaks. Four clients with one and the same cause halt all campaigns.');
  for (const client of ['pc-9', 'pc-10', 'pc-11', 'pc-12'])
    await story.machine(client, 'its switch breaks', (machine) => machine.plug(false));
  await story.bring('kim', { 'pc-9': [], 'pc-10': [], 'pc-11': [], 'pc-12': [] });
  await story.letPass(minutes(5));
  await story.bring('kim', { 'pc-13': [] });
  await story.letPass(minutes(5));
  await story.state();

  story.chapter('The switch is mended. The end of the halt leaves the campaign paused until it is resumed.');
  for (const client of ['pc-9', 'pc-10', 'pc-11', 'pc-12'])
    await story.machine(client, 'its switch is mended', (machine) => machine.plug(true));
  await story.unhalt('lee', 'the switch is mended');
  await story.letPass(minutes(1));
  await story.resume('lee');
  await story.checkIn('pc-9', 'pc-10', 'pc-11', 'pc-12');
  await story.letPass(minutes(10));
  await story.state();
}
