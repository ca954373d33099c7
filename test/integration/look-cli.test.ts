import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SurveyStatus } from '../../shared/domain/survey/survey.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { type LookLab, startLookLab } from './look-lab.ts';

/** `servpack look` and `servpack survey` against machines of the lab. */

const traits: readonly Trait[] = ['free', 'pcmInBin', 'staysHome', 'userProgram', 'offlineForDays', 'server'];
const folder = mkdtempSync(join(tmpdir(), 'servpack-look-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let lab: LookLab;
beforeAll(async () => {
  lab = await startLookLab({ traits, strangers: ['lent-pc'] });
  await lab.startWorker();
});
afterAll(() => lab[Symbol.asyncDispose]());

const clientOf = (trait: Trait): string => lab.clients.get(trait) ?? '';

describe('servpack look', () => {
  test('prints one line for one client, and changes nothing on it', async () => {
    const before = await lab.fleet.truth();
    const { code, stdout } = await lab.cli(['look', clientOf('pcmInBin')]);
    expect(stdout.split('\n')[0]).toBe(
      `${clientOf('pcmInBin')}: BLOCKED pcmsvc32.exe, automatic, runs from c:\\ms\\sms\\bin (structural)`,
    );
    expect(code).toBe(0);
    expect((await lab.fleet.truth()).clients).toEqual(before.clients);
  });

  test('ranks the blockers of a fleet, and ends with an exit code of its own when some looks failed', async () => {
    const { code, stdout } = await lab.cli(['look', '--fleet']);
    expect(stdout).toContain(`${clientOf('free')}: free\n`);
    expect(stdout).toContain(`${clientOf('offlineForDays')}: COULD NOT LOOK (unreachable)`);
    expect(stdout).toContain('5 of 6 machines looked at, none changed: ');
    expect(stdout).toContain('could not be looked at: 1 unreachable\n');
    expect(stdout).toMatch(/Fix service sms_package_command_manager_nt \(pcmsvc32\.exe\) to free \d client/);
    expect(stdout).toMatch(
      /On \d of \d blocked clients a campaign could relocate (?:a service|services)\. On \d waiting does not help: /,
    );
    expect(code).toBe(6);
  });

  test('prints only the machines of its arguments, with text and with JSON', async () => {
    const { code, stdout } = await lab.cli(['look', '--fleet', '--label', 'server', '--json']);
    const said = JSON.parse(stdout) as { looks: { client: string; verdict: string }[]; survey: SurveyStatus };
    expect(said.looks).toMatchObject([{ client: 'srv-1', verdict: 'server' }]);
    expect(said.survey).toMatchObject({ status: 'done', total: 1, looked: 1 });
    expect(code).toBe(0);

    const blocked = await lab.cli(['look', '--fleet', '--verdict', 'blocked']);
    expect(blocked.stdout).not.toContain(': free\n');
  });

  test('looks at hosts outside the fleet, from a list or a file, and at a fleet file without an import', async () => {
    const hosts = join(folder, 'hosts.txt');
    writeFileSync(hosts, `# lent\nlent-pc\n\n${clientOf('free')} # ours\n`);
    const listed = await lab.cli(['look', '--hosts', hosts]);
    expect(listed.stdout).toContain('lent-pc: ');
    expect(listed.stdout).toContain('2 of 2 machines looked at');
    expect((await lab.cli(['look', '--hosts', 'lent-pc,no.such.host'])).stdout).toContain(
      'no.such.host: COULD NOT LOOK',
    );

    const csv = join(folder, 'fleet.csv');
    writeFileSync(csv, 'client,host,logonServer,zone,role,labels\nborrowed,lent-pc,LS-1,UTC,workstation,\n');
    expect((await lab.cli(['look', '--fleet', csv])).stdout).toContain('borrowed: ');
    expect(await lab.store.readClient('borrowed')).toBeNull();
  });

  test('prints the transcript of a look', async () => {
    const { stdout } = await lab.cli(['look', clientOf('free'), '--evidence']);
    expect(stdout).toContain('SetupPhase');
  });

  test.each([
    [[], 'give exactly one of these: names of machines, --hosts, or --fleet'],
    [['pc-1', '--fleet'], 'give exactly one of these: names of machines, --hosts, or --fleet'],
    [['pc-1', '--label', 'x'], '--label and --server need --fleet'],
    [['--hosts', ','], ', has no host in it'],
    [['no such thing'], 'is neither a client nor a host'],
    [['--fleet', 'missing.csv'], 'missing.csv'],
    [['pc-1', '--product', 'nothing-1'], 'product "nothing-1" is not known'],
  ])('refuses %j and begins no look', async (args, sentence) => {
    const before = (await lab.store.surveys()).length;
    const { code, stderr } = await lab.cli(['look', ...args]);
    expect(stderr).toContain(sentence);
    expect(code).not.toBe(0);
    expect(await lab.store.surveys()).toHaveLength(before);
  });
});

describe('servpack survey', () => {
  test('shows, lists, follows and cancels the survey that look --detach started', async () => {
    const begun = await lab.cli(['look', '--fleet', '--detach', '--json']);
    const { survey } = JSON.parse(begun.stdout) as SurveyStatus;
    expect((await lab.cli(['survey', 'follow', survey])).stdout).toContain('5 of 6 machines looked at');
    expect((await lab.cli(['survey', 'show', survey])).stdout).toContain(
      `${survey}  the fleet (product sms-1.2)`,
    );
    expect((await lab.cli(['survey', 'list'])).stdout).toContain(survey);
    expect(JSON.parse((await lab.cli(['survey', 'cancel', survey, '--json'])).stdout)).toMatchObject({
      status: 'done',
    });
    const missing = await lab.cli(['survey', 'follow', 'look-nothing', '--json']);
    expect([missing.code, JSON.parse(missing.stdout)]).toMatchObject([
      4,
      { error: { code: 'notFound.survey' } },
    ]);
  });
});
