import { createServer, type Server } from 'node:http';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { runCli, runCliAt } from '../fixtures/run-cli.ts';
import { campaignYaml, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';

let orchestrator: SmallOrchestrator;

/** An orchestrator with the running campaign sp4. */
beforeAll(async () => {
  orchestrator = await startRunning();
  orchestrator.write('campaign.yaml', campaignYaml());
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

describe('the command line', () => {
  const refused: readonly [args: string, code: number, sentence: string][] = [
    ['campaign start sp4', 1, 'servpack: campaign sp4 was started already: it is '],
    [
      'campaign abort sp4 --reason x',
      2,
      'servpack: nothing was changed: there is no terminal to ask for confirmation; add --yes to abort it\n',
    ],
    ['campaign retry sp4', 2, 'servpack: give exactly one of --failed, --blocked and --unreachable\n'],
    [
      'client retry pc-1 --reason x',
      1,
      'servpack: client pc-1 in campaign sp4: the client is waiting: nothing was done to it yet\n',
    ],
    ['unhalt', 1, 'servpack: nothing is halted\n'],
    [
      'server limit clear --everywhere --reason x',
      1,
      'servpack: every logon server has no limit over all campaigns\n',
    ],
    [
      'server limit set LS-PUM --active 5 --reason x',
      4,
      'servpack: the fleet has no clients of a logon server LS-PUM',
    ],
    ['server limit set --active 5 --reason x', 2, 'servpack: name one logon server, or say --everywhere\n'],
    [
      'server limit set --everywhere --active 0 --reason x',
      2,
      'servpack: --active is 0, expected a whole number from 1 on\n',
    ],
    [
      'release withdraw sms-sp4 --reason x',
      1,
      'servpack: release sms-sp4 is being rolled out by campaign sp4, which is ',
    ],
    ['campaign start sp4 --yes', 1, 'servpack: campaign sp4 was started already: it is '],
    [
      'campaign create campaign.yaml',
      1,
      'servpack: a campaign named sp4 exists already; choose another name, or delete or archive that one\n',
    ],
    [
      'campaign pause sp4',
      2,
      'error: nothing was changed: add --reason TEXT, which is kept in the audit\n(--help shows the usage)\n',
    ],
    [
      'campaign edit sp4 campaign.yaml',
      2,
      'error: nothing was changed: add --reason TEXT, which is kept in the audit\n(--help shows the usage)\n',
    ],
    [
      'campaign watch sp4 --every fast',
      2,
      "error: option '--every <duration>' argument 'fast' is invalid. Expected a duration such as 1s or 1m.",
    ],
    [
      'campaign revert sp4 first',
      2,
      "error: command-argument value 'first' is invalid for argument 'edition'. Expected the number of an edition",
    ],
    ['fleet import missing.csv', 2, '1 fault; nothing was changed\n'],
    ['campaign status s:p', 2, 'servpack: params.campaign: is not an id of 1 to 63 letters'],
    ['campaign status ..', 2, 'servpack: params.campaign: is not an id of 1 to 63 letters'],
    ['client why .', 2, 'servpack: params.client: is not an id of 1 to 63 letters'],
    ['client checkin pc-1 --transcript missing.txt', 2, 'servpack: the transcript /'],
    ['nonsense', 2, "error: unknown command 'nonsense'"],
    ['campaign status sp9', 4, 'servpack: there is no campaign named sp9 (did you mean sp4?)\n'],
    ['client why pc-77', 4, 'servpack: there is no client named pc-77 in the fleet (did you mean pc-7?)\n'],
    ['client why srv-1 --campaign sp9', 4, 'servpack: there is no campaign named sp9 (did you mean sp4?)\n'],
    ['blockers --campaign sp9', 4, 'servpack: there is no campaign named sp9 (did you mean sp4?)\n'],
  ];

  test.each(refused)('refuses `%s` with exit code %d', async (args, code, sentence) => {
    const run = await runHosted(orchestrator, inFolder(args));
    expect([run.code, run.stdout]).toEqual([code, '']);
    expect(run.stderr).toContain(sentence);
  });

  test('refuses a file with faults with exit code 2, and prints every fault as file:line: key', async () => {
    const file = orchestrator.write(
      'faulty.yaml',
      'campaign: sp5\nrelease: sms-sp4\nbudgets: { active: none }\nwawes: []\n',
    );
    const { code, stderr } = await runCliAt(orchestrator, ['campaign', 'plan', file]);
    expect(code).toBe(2);
    expect(stderr.split('\n')).toEqual([
      `servpack: ${file} has 2 faults; nothing was changed`,
      `${file}:3: budgets.active: is "none", expected a whole number from 1 to 1000000`,
      expect.stringContaining(`${file}:4: wawes: is not a known key (did you mean waves?)`),
      '',
    ]);
  });

  test('ends with exit code 3 without an orchestrator, and says what to do', async () => {
    const url = await urlOfNobody();
    const stderr = `servpack: no orchestrator answers at ${url} (nothing listens there); start it as it was installed: systemctl start servpack-orchestrator, docker compose up -d orchestrator, or servpack up where it is no service; or give its address with --url\n`;
    for (const env of [{ SERVPACK_TOKEN: 'x' }, { SERVPACK_DATA: join(orchestrator.folder, 'nowhere') }]) {
      expect(await runCli(['fleet', 'list', '--url', url], { env })).toEqual({ code: 3, stdout: '', stderr });
    }
  });

  test('ends with exit code 3 when another program answers', async () => {
    const { server, url } = await startStranger();
    const run = await runCli(['fleet', 'list', '--url', url], { env: { SERVPACK_TOKEN: 'x' } });
    server.close();
    expect(run).toEqual({
      code: 3,
      stdout: '',
      stderr: `servpack: the program at ${url} is not a servpack orchestrator of this version\n`,
    });
  });

  test('ends with exit code 5 for a missing and a wrong token', async () => {
    const none = await runCliAt(orchestrator, ['fleet', 'list'], {
      env: { SERVPACK_DATA: join(orchestrator.folder, 'nowhere') },
    });
    expect([none.code, none.stderr]).toEqual([
      5,
      expect.stringContaining('give it with --token-file, --data or SERVPACK_TOKEN'),
    ]);
    const wrong = await runCliAt(orchestrator, ['fleet', 'list'], { env: { SERVPACK_TOKEN: 'wrong' } });
    expect([wrong.code, wrong.stderr]).toEqual([
      5,
      'servpack: the token is not one of this orchestrator; if you mean another one, give --url or --data\n',
    ]);
    const file = orchestrator.write('other-token', `${orchestrator.token}\n`);
    const right = await runCliAt(orchestrator, ['fleet', 'list', '--token-file', file], {
      env: { SERVPACK_TOKEN: 'wrong' },
    });
    expect(right.code).toBe(0);
  });

  test('prints a refusal as a document on stdout with --json', async () => {
    const missing = await runCliAt(orchestrator, ['campaign', 'status', 'sp9', '--json']);
    expect([missing.code, JSON.parse(missing.stdout)]).toEqual([
      4,
      {
        schemaVersion: 1,
        error: { code: 'notFound.campaign', message: 'there is no campaign named sp9 (did you mean sp4?)' },
      },
    ]);
    const usage = await runCliAt(orchestrator, ['--json', 'campaign', 'pause', 'sp4']);
    expect([usage.code, JSON.parse(usage.stdout)]).toMatchObject([2, { error: { code: 'input.usage' } }]);
  });

  test('reads a transcript with any bytes from stdin', async () => {
    const { code, stdout } = await runCliAt(
      orchestrator,
      ['client', 'checkin', 'pc-1', '--transcript', '-'],
      {
        stdin: 'Reading configuration...\u0000',
      },
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing to do')]);
  });

  test('sends the name of its user, which the audit keeps', async () => {
    await runCliAt(orchestrator, ['campaign', 'pause', 'sp4', '--reason', 'the user']);
    await runCliAt(orchestrator, ['campaign', 'resume', 'sp4']);
    const [entry] = await orchestrator.store.audit(1, { campaign: 'sp4' });
    expect(entry?.who).toBe(`token default (says ${userInfo().username})`);
  });
});

/** Replaces file names by paths in the orchestrator's folder. */
const inFolder = (command: string): readonly string[] =>
  command.split(' ').map((word) => (/\.(csv|yaml|txt)$/.test(word) ? join(orchestrator.folder, word) : word));

/** A program that speaks HTTP and is not servpack. */
async function startStranger(): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}

/** A port that was free a moment ago. */
async function urlOfNobody(): Promise<string> {
  const { server, url } = await startStranger();
  await new Promise((resolve) => server.close(resolve));
  return url;
}
