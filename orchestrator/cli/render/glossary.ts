import { wrapped } from './wrap.ts';
import type { View } from './view.ts';

/** What a word means on the screen, in the documentation and in the messages: one word a thing. */
export const glossary: readonly (readonly [word: string, meaning: string])[] = [
  ['release', 'what was staged: product, version, the component files with size and SHA-256'],
  [
    'logon server',
    'the distribution point from which a client downloads; budgets are counted per logon server',
  ],
  ['product profile', 'what servpack must know of a product; SMS 1.2 is built in'],
  ['campaign', 'one release for selected clients'],
  ['wave', "an ordered share of a campaign's clients"],
  ['gate', 'the condition that opens the next wave, and pauses the campaign at too many failures'],
  ['upgrade', "one client's part in one campaign"],
  ['look', 'a worker reads the state of a client and changes nothing'],
  ['blocker', 'a program or service that keeps the update from replacing files'],
  ['slot, budget', 'the right to be worked on now; how many slots, tries or downloads there are'],
  ['marked', 'the client is set to install at its next logon'],
  ['waiting', 'not begun: nothing was done to the client yet'],
  ['active', 'a worker looks at the client, or changes it'],
  ['restarting', 'a restart was ordered; no look has proved it yet'],
  ['deferred', 'a next look is planned, because something is in the way or the client does not answer'],
  ['fixing', 'servpack changes the client so that nothing is in the way any more'],
  [
    'held',
    'nothing new starts on the client, because its campaign is paused, its logon server is held or everything is halted',
  ],
  ['ladder', 'the steps against a blocker, mildest first: wait, notify, then a workaround or a relocation'],
  ['relocation', 'a service is moved to another directory for good'],
  ['workaround', 'a service starts by hand only, until the update is done; then it is as before'],
  [
    'finished',
    'nothing more happens to the client by itself; it has one of the results below, but for cancelled',
  ],
  ['upgraded', 'the release was installed, and a look has proved it'],
  ['already current', 'the client had every file of the release before anything was done'],
  ['excluded', 'the machine is a server, and servers are left alone'],
  ['skipped', 'a person left the client out'],
  ['failed', 'servpack tried and gave up'],
  ['needs attention', 'servpack cannot go on; a person must act'],
  ['cancelled', 'the campaign was aborted before the client was upgraded'],
  ['failures', 'failed and needs attention together; gates count them'],
];

/** The glossary on a screen. */
export function glossaryLines(view: View): readonly string[] {
  const width = Math.max(...glossary.map(([word]) => word.length)) + 2;
  return glossary.flatMap(([word, meaning]) => wrapped(view, word.padEnd(width), meaning));
}
