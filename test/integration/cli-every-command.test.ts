import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { refusalAnswer } from '../../orchestrator/http/schemas/fields.ts';
import { clientReport } from '../../orchestrator/http/schemas/campaign-clients.ts';
import {
  blockersAnswer,
  campaignsAnswer,
  haltAnswer,
  changedAnswer,
  planAnswer,
  reopenedAnswer,
  reportAnswer,
  statusAnswer,
} from '../../orchestrator/http/schemas/campaigns.ts';
import { checkInAnswer, clientAnswer, whyAnswer } from '../../orchestrator/http/schemas/clients.ts';
import {
  clientSchema,
  fleetAnswer,
  fleetImportAnswer,
  removalAnswer,
} from '../../orchestrator/http/schemas/fleet.ts';
import { serverLimitsAnswer } from '../../orchestrator/http/schemas/server-limits.ts';
import { releasesAnswer, stagedAnswer } from '../../orchestrator/http/schemas/releases.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';

/** Lists come in pages; a command reads all of them, and prints one document. */
const paged = { next: true, total: true, totalIs: true } as const;

let orchestrator: SmallOrchestrator;

/** A client that changes, one that is as the fleet has it, and a new one. */
const moved = `client,host,logonServer,zone,labels
pc-1,NT-99,ls-rom,Europe/Rome,shop
pc-2,NT-2,LS-ROM,Europe/Rome,office
pc-99,,LS-ROM,,
`;

/** pc-1 of the fleet, in the columns of a site and as a German Excel saves it. */
const computers =
  'Name;DNSHostName;Location;Zone;Labels;Enabled\r\npc-1;NT-1;LS-ROM;Europe/Rome;office;für immer\r\n';

beforeAll(async () => {
  orchestrator = await startSmallOrchestrator();
  orchestrator.write('fleet.csv', fleetCsv);
  orchestrator.write('moved.csv', moved);
  writeFileSync(join(orchestrator.folder, 'computers.csv'), computers, 'latin1');
  orchestrator.write('campaign.yaml', campaignYaml());
  writeRelease(orchestrator);
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

/** Every command in a useful order: its text for a person, and the shape of its `--json` answer. */
const day: readonly [command: string, says: RegExp, answer: z.ZodType][] = [
  [
    'fleet import fleet.csv',
    /^10 clients added, 0 changed, 0 unchanged, 0 not in the file; the fleet has 10 clients\n$/,
    fleetImportAnswer,
  ],
  [
    'fleet import computers.csv --map Name=client,DNSHostName=host --map Location=logonserver',
    /^Read as Windows-1252, delimiter ;\nColumns left out: Enabled\n0 clients added, 0 changed, 1 unchanged, 9 not in the file; the fleet has 10 clients\n$/,
    fleetImportAnswer,
  ],
  [
    'fleet import moved.csv --dry-run',
    /^pc-1: host NT-1 -> NT-99, labels office -> shop\npc-99: new\nChanged: host of 1 client, labels of 1 client\n1 client added, 1 changed, 1 unchanged, 8 not in the file; the fleet would have 11 clients\. Nothing was changed\n$/,
    fleetImportAnswer,
  ],
  [
    'fleet export',
    /^client,host,logonServer,zone,role,labels,port,hostKey\n(.+,LS-(ROM|MIL),Europe\/Rome,(workstation|server),(office|shop),,\n){10}$/,
    z.object({ clients: z.array(clientSchema).length(10) }),
  ],
  [
    'fleet remove PC-0 srv-1 --dry-run',
    /^Would be removed: pc-0, srv-1\n2 clients; the fleet would have 8 clients\. Nothing was changed\n$/,
    removalAnswer,
  ],
  [
    'fleet list --limit 1',
    /^10 clients on 2 logon servers, 1 server among them\n[^]*LS-MIL +3\n[^]*pc-0 +NT-0[^]*9 more not shown; list more with --limit\n$/,
    fleetAnswer.omit({ next: true, read: true }),
  ],
  [
    'release stage release.yaml',
    /^Staged release sms-sp4 of sms-1\.2\nUpgrade command succeeded, 1 file hashed in \S+ \(\d+\.\d s\)\nOutput saved as evidence [0-9a-f]{64} \(SHA-256\)\n$/,
    stagedAnswer,
  ],
  [
    'release list',
    /^release +product +service pack +files +bytes\nsms-sp4 +sms-1\.2 +4 +1 +3\n$/,
    releasesAnswer.omit(paged),
  ],
  [
    'campaign plan campaign.yaml',
    /^campaign sp4 {2}release sms-sp4 \(staged\)\n10 of 10 clients of the fleet selected; 1 server among them will be looked at and excluded, never changed\n[^]*\nall +2 +8 +10\n$/,
    planAnswer,
  ],
  [
    'campaign create campaign.yaml',
    /^Created sp4: 10 clients in 2 waves\nStart it: servpack campaign start sp4\n$/,
    planAnswer,
  ],
  [
    'campaign status',
    /^campaign +release +status +clients +finished +upgraded +failed +need attention\nsp4 +sms-sp4 +created, not started +10 +0 +· +· +·\n$/,
    campaignsAnswer.omit(paged),
  ],
  [
    'campaign start sp4 --yes',
    /^Started sp4 \(10 clients\)\nFollow: servpack campaign watch sp4\n$/,
    changedAnswer,
  ],
  [
    'campaign status sp4',
    /^campaign sp4 {2}release sms-sp4 {2}running for 0 s\n0 of 10 clients finished \(0 %\)\nno forecast: it has 10 clients; 20 finished ones are needed\n\nwave +clients +waiting\ncanary +2 +2\nrest +8 +8\n {2}canary: waiting: /,
    statusAnswer,
  ],
  [
    'campaign hold sp4 --server ls-rom --server LS-MIL --reason phones',
    /^Campaign sp4 is running; logon servers LS-ROM, LS-MIL are held: phones\nFollow: servpack campaign watch sp4\nNothing new starts on clients of LS-ROM, LS-MIL until you run: servpack campaign release sp4 --server LS-ROM --server LS-MIL\n$/,
    changedAnswer,
  ],
  [
    'campaign release sp4 --server LS-ROM',
    /^Campaign sp4 is running; logon server LS-ROM is released\nFollow: servpack campaign watch sp4\nNothing new starts on clients of LS-MIL until you run: servpack campaign release sp4 --server LS-MIL\n$/,
    changedAnswer,
  ],
  [
    'campaign unhold sp4 --server LS-MIL --reason quiet',
    /^Campaign sp4 is running; logon server LS-MIL is released: quiet\nFollow: servpack campaign watch sp4\n$/,
    changedAnswer,
  ],
  [
    'campaign pause sp4 --reason phones',
    /^Campaign sp4 is paused: phones\nNothing new starts on its clients; work in progress is completed\.\nUndo: servpack campaign resume sp4\n$/,
    changedAnswer,
  ],
  [
    'campaign hold sp4 --server LS-ROM --reason payroll',
    /^Campaign sp4 is paused; logon server LS-ROM is held: payroll\nNothing new starts on any of its clients until you run: servpack campaign resume sp4\nNothing new starts on clients of LS-ROM until you run: servpack campaign release sp4 --server LS-ROM\n$/,
    changedAnswer,
  ],
  [
    'campaign release sp4 --server LS-ROM --reason paid',
    /^Campaign sp4 is paused; logon server LS-ROM is released: paid\nNothing new starts on any of its clients until you run: servpack campaign resume sp4\n$/,
    changedAnswer,
  ],
  [
    'campaign resume sp4',
    /^Campaign sp4 is running: resumed\nFollow: servpack campaign watch sp4\n$/,
    changedAnswer,
  ],
  [
    'campaign report sp4',
    /No blockers found so far\.\n\nAll clients, with evidence: servpack campaign report sp4 --json\n$/,
    reportAnswer,
  ],
  [
    'client show pc-1',
    /^pc-1\n {2}host +NT-1, workstation\n {2}server +logon server LS-ROM, zone Europe\/Rome\n {2}labels +office\n\nNow: waiting in campaign sp4\n {2}because +[^]*\nTries\n {2}none: [^]*\nBlockers\n {2}none\n[^]*\nJournal: /,
    clientAnswer,
  ],
  [
    'client why pc-1',
    /^pc-1: waiting in campaign sp4\n {2}because +(a slot is free|its wave rest is not open)/,
    whyAnswer,
  ],
  [
    'client checkin pc-1',
    /^pc-1: nothing to do: it is waiting in campaign sp4: nothing was done to it yet\n$/,
    checkInAnswer,
  ],
  [
    'halt --reason phones',
    /^EVERYTHING IS HALTED by .* since .*: phones\nNothing new starts on any client; .* Undo: servpack unhalt\n$/,
    haltAnswer,
  ],
  ['unhalt', /^The halt is over\. Running campaigns go on\.\n$/, haltAnswer],
  [
    'server limit set ls-rom --active 5 --reason phones',
    /^logon server +in use +limit +by +since +reason\nLS-ROM +\d +5 .* phones\n$/,
    serverLimitsAnswer,
  ],
  ['server limit list', /LS-ROM +\d +5 .* phones\n$/, serverLimitsAnswer],
  [
    'server limit clear LS-ROM --reason over',
    /^No logon server has a limit over all campaigns\.\n$/,
    serverLimitsAnswer,
  ],
  [
    'campaign unmark sp4 --reason test --yes',
    /^No client of campaign sp4 is marked\.\n$/,
    z.object({ asked: z.literal(0) }),
  ],
  [
    'campaign retry sp4 --failed',
    /^No client of campaign sp4 failed or needs attention\.\n$/,
    reopenedAnswer,
  ],
  [
    'campaign clients sp4 --wave canary',
    /^client {2}wave {4}logon server {2}state {4}since {2}next {2}tries {2}why\n((pc-\d {2}|srv-1 ) {2}canary {2}LS-\w+ {8}waiting {2}· {6}· {9}·\n){2}2 clients\n$/,
    z.object({ clients: z.array(clientReport).length(2) }),
  ],
  ['blockers --campaign sp4', /^No blockers found so far\.\n$/, blockersAnswer],
];

// A command that works only once has worked by now, and the campaign has begun: such a command is
// refused, and a refusal is a document too.
const once = /^(fleet remove|release stage|campaign create|campaign start)/;

describe('every command of servpack', () => {
  test.each(day)('%s prints what it did, and ends with 0', async (command, says) => {
    const { code, stdout, stderr } = await runCliAt(orchestrator, inFolder(command));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(says);
    expect(stdout).not.toContain('\u001b');
  });

  test.each(day)('%s --json prints one document of the documented shape', async (command, _says, answer) => {
    const { code, stdout, stderr } = await runHosted(orchestrator, [...inFolder(command), '--json']);
    const [expected, shape] = once.test(command) ? [1, refusalAnswer] : [0, answer];
    expect([code, stderr]).toEqual([expected, '']);
    expect(shape.safeParse(JSON.parse(stdout)).error?.issues).toBeUndefined();
  });
});

/** Replaces file names by paths in the orchestrator's folder. */
const inFolder = (command: string): readonly string[] =>
  command.split(' ').map((word) => (/\.(csv|yaml|txt)$/.test(word) ? join(orchestrator.folder, word) : word));
