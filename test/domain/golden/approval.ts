import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };

const asked = { ...gate, approval: true } as const;

/**
 * Two waves that need an approval: one question pauses the campaign when it expires, the other one
 * is rejected then.
 */
export async function approval(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'approval',
      machines: { 'pc-1': {}, 'pc-2': {}, 'pc-3': {} },
      file: {
        waves: [
          { name: 'canary', size: { clients: ['pc-1'] }, gate: asked },
          { name: 'early', size: { clients: ['pc-2'] }, gate: asked },
          { name: 'rest', size: { rest: true }, gate },
        ],
        budgets: { active: 4, perLogonServer: 4 },
        approvals: [
          { wave: 'early', expiresMs: hours(4), onExpiry: 'pause', by: 'another' },
          { wave: 'rest', expiresMs: hours(2) },
        ],
      },
      policy: { ...policy, deferrals: patience({}) },
    },
    [
      'Approval that expires: another person than the author has to approve wave early within four hours, or the campaign pauses and',
      'the question stays open. Anyone can approve wave rest within two hours; after that the answer is no.',
      '',
      'All three clients are free. Anna works at every client from 8 to 17; her logon starts the update where the client is marked.',
    ],
  );
  await early(story);
  await rest(story);
  return story.text();
}

async function early(story: Transcript): Promise<void> {
  story.chapter('The canary is upgraded on Tuesday morning. The question about wave early comes up.');
  await story.create('kim');
  await story.start('kim');
  await story.round();
  await story.work();
  await story.letPass(hours(12) + minutes(5));
  await story.checkIn('pc-1');
  await story.work();
  await story.round();
  await story.state();

  story.chapter(
    'Kim created the campaign, and so she cannot approve. Four hours later the question expires.',
  );
  await story.answer('kim', 'approved', 'approval/wave/early', '1 of 1 client upgraded');
  await story.letPass(hours(3) + minutes(59));
  await story.letPass(minutes(2));
  await story.state();

  story.chapter('A resume is no approval: the wave stays closed, and the question runs for four more hours.');
  await story.resume('kim');
  await story.round();
  await story.answer('ben', 'approved', 'approval/wave/early', '1 of 1 client upgraded');
  await story.round();
  await story.answer('zoe', 'rejected', 'approval/wave/early', '1 of 1 client upgraded', 'too late');
  await story.state();
}

async function rest(story: Transcript): Promise<void> {
  story.chapter(
    'Wave early is upgraded on Wednesday. Nobody answers about wave rest: after two hours that is a no.',
  );
  await story.letPass(hours(20));
  await story.checkIn('pc-2');
  await story.work();
  await story.round();
  await story.letPass(hours(2) + minutes(1));
  await story.state();
  await story.answer('zoe', 'approved', 'approval/wave/rest', '1 of 1 client upgraded');

  story.chapter('After a resume the wave is asked about once more. Zoe approves in time.');
  await story.resume('kim');
  await story.round();
  await story.answer('zoe', 'approved', 'approval/wave/rest/2', '1 of 1 client upgraded');
  await story.round();
  await story.letPass(hours(22));
  await story.checkIn('pc-3');
  await story.work();
  await story.round();
  await story.state();
}
