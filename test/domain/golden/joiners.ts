import { hours, minutes, policy } from '../given.ts';
import { patience } from './patience.ts';
import { Transcript } from './transcript.ts';

const gate = { settledPercent: 100, notOkPercent: 0, minSample: 1 };

/** Clients join a campaign that runs, leave it, and come back. */
export async function joiners(): Promise<string> {
  const story = new Transcript(
    {
      campaign: 'joiners',
      machines: {
        'pc-1': {},
        'pc-2': {},
        'pc-3': { nature: { service: 'automatic' } },
        'pc-4': {},
        'pc-5': {},
        'pc-6': {},
        'pc-7': {},
      },
      labels: { 'pc-1': ['ring=early'], 'pc-2': [], 'pc-3': [], 'pc-4': ['kiosk'] },
      file: {
        membership: 'joins',
        select: {
          labels: [],
          logonServers: [],
          clients: [],
          where: [{ key: 'kiosk', is: 'missing' }],
        },
        waves: [
          { name: 'early', size: { where: [{ key: 'ring', is: 'in', values: ['early'] }] }, gate },
          { name: 'others', size: { rest: true }, gate },
        ],
        budgets: { active: 2, perLogonServer: 2 },
      },
      policy: { ...policy, deferrals: patience({}) },
    },
    [
      'Joiners: a campaign for all clients without the label kiosk follows the fleet while it runs. Clients with ring=early come',
      'first.',
      '',
      'At first the fleet has pc-1 to pc-4, of which pc-4 is a kiosk. The PCM service is in the way on pc-3 alone. Anna works at',
      'every client from 8 to 17; her logon starts the update where the client is marked.',
    ],
  );
  story.chapter('The campaign begins with pc-1. While it does, pc-5 comes with the label of the first wave.');
  await story.create('kim');
  await story.start('kim');
  await story.round();
  await story.work();
  await story.bring('kim', { 'pc-5': ['ring=early'] });
  await story.round();
  await story.work();
  await story.letPass(hours(12) + minutes(30));
  await story.checkIn('pc-1', 'pc-5');
  await story.work();
  await story.round();
  await story.state();

  story.chapter(
    'The gate has passed. pc-6 comes into its wave, leaves while it waits, and returns: the gate stays passed.',
  );
  await story.bring('lee', { 'pc-6': ['ring=early'] });
  await story.bring('lee', { 'pc-6': ['ring=early', 'kiosk'] });
  await story.bring('lee', { 'pc-6': ['ring=early'] });
  await story.round();
  await story.state();

  story.chapter(
    'pc-4 is no kiosk any more and joins the rest; pc-2 has begun, becomes a kiosk, and is cancelled.',
  );
  await story.bring('kim', { 'pc-4': [], 'pc-2': ['kiosk'] });
  await story.work();

  story.chapter('pc-3 is deferred when it leaves: it is cancelled. Both come back, and begin again.');
  await story.bring('kim', { 'pc-3': ['kiosk'] });
  await story.round();
  await story.bring('kim', { 'pc-3': [], 'pc-2': [] });
  await story.state();

  story.chapter(
    'The night and the next day end the campaign; a client that comes afterwards does not open it again.',
  );
  await story.work();
  await story.letPass(hours(24));
  await story.checkIn('pc-2', 'pc-4', 'pc-6');
  await story.work();
  await story.letPass(hours(24));
  await story.checkIn('pc-2', 'pc-3', 'pc-4', 'pc-6');
  await story.work();
  await story.round();
  await story.bring('kim', { 'pc-7': [] });
  await story.state();
  return story.text();
}
