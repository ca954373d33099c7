import { unhaltAll } from '../../../orchestrator/campaigns/halt.ts';
import { retry, undo, unmark } from '../../../orchestrator/domain/reopen.ts';
import { spanOf, wrapped } from './layout.ts';
import type { Machine } from './machine.ts';
import { cancelEveryone, checkIn, create, changeCampaign, reopen } from './operator.ts';
import { round, sweep } from './orchestrator.ts';
import { contextOf, importClients } from './membership.ts';
import { auditLines } from './audit-words.ts';
import { clientLines, wholeState } from './state-words.ts';
import { Drive, driveUpTo } from './worker.ts';
import { type Setting, World } from './world.ts';

/**
 * A story: every method is a command. It does what it says and writes down the
 * command, the audit entries that it caused, and the clients whose line has changed.
 */
export class Transcript {
  readonly world: World;
  readonly #lines: string[];
  #audited = 0;
  #changed: string[] = [];
  #clients = new Map<string, string>();
  readonly #told = new Map<string, string>();

  constructor(setting: Setting, heading: readonly string[]) {
    this.world = new World(setting);
    this.#lines = [...heading, '', legend];
  }

  text(): string {
    this.#above();
    return `${this.#lines.join('\n')}\n`;
  }

  /** What happens in the story next, for the reader. */
  chapter(words: string): void {
    this.#above();
    this.#lines.push('', `# ${words}`);
  }

  create = (who: string) => this.#command(`create by ${who}`, () => create(this.world, who));

  start = (who: string) =>
    this.#command(`start by ${who}`, () =>
      changeCampaign(this.world, who, { type: 'StartRequested', releaseStaged: true, overlap: [] }),
    );

  pause = (by: string, reason: string) =>
    this.#command(`pause by ${by}: ${reason}`, () =>
      changeCampaign(this.world, by, { type: 'PauseRequested', by, reason }),
    );

  resume = (by: string, override = false) =>
    this.#command(`resume by ${by}${override ? ', override' : ''}`, async () => {
      const counters = await this.world.store.counters(this.world.campaign);
      return changeCampaign(this.world, by, { type: 'ResumeRequested', by, override, counters });
    });

  unhalt = (who: string, reason: string) =>
    this.#command(`unhalt by ${who}: ${reason}`, async () => {
      const ended = await unhaltAll(contextOf(this.world), who, { override: false, reason });
      return ended.ok ? null : `refused: ${ended.error.message}`;
    });

  /** `shown` is what the person read before the answer; the audit keeps it. */
  answer = (by: string, is: 'approved' | 'rejected', id: string, shown: string, reason?: string) =>
    this.#command(`${by} answers ${id}: ${is}${reason === undefined ? '' : `, ${reason}`}`, () =>
      changeCampaign(this.world, by, {
        type: 'ApprovalAnswered',
        id,
        is,
        by,
        shown,
        ...(reason === undefined ? {} : { reason }),
      }),
    );

  abort = (by: string, reason: string) =>
    this.#command(`abort by ${by}: ${reason}`, async () => {
      const refusal = await changeCampaign(this.world, by, { type: 'AbortRequested', by, reason });
      await cancelEveryone(this.world);
      return refusal;
    });

  retry = (by: string, client: string, reason: string) =>
    this.#command(`retry ${client} by ${by}: ${reason}`, () =>
      reopen(this.world, by, client, (upgrade) => retry(upgrade, `${by}: ${reason}`)),
    );

  undo = (by: string, client: string, reason: string) =>
    this.#command(`undo ${client} by ${by}: ${reason}`, () =>
      reopen(this.world, by, client, (upgrade) => undo(upgrade, by, reason)),
    );

  unmark = (by: string, client: string, reason: string) =>
    this.#command(`unmark ${client} by ${by}: ${reason}`, () =>
      reopen(this.world, by, client, (upgrade) => unmark(upgrade, `${by}: ${reason}`)),
    );

  /** Imports clients with these labels, and lets clients join and leave. */
  bring = (who: string, labels: Readonly<Record<string, readonly string[]>>) =>
    this.#command(
      `import by ${who}: ${Object.entries(labels)
        .map(([client, words]) => [client, ...words].join(' '))
        .join(', ')}`,
      () => importClients(this.world, who, labels),
    );

  round = () => this.#command('round', () => round(this.world));

  sweep = () =>
    this.#command('sweep', async () => (await sweep(this.world)).join('; ') || 'nothing was found');

  checkIn = (...clients: readonly string[]) =>
    this.#command(`check-in of ${clients.join(', ')}`, async () => {
      const answers: string[] = [];
      for (const client of clients) answers.push(...(await checkIn(this.world, client)));
      return answers.length === 0 ? null : answers.join('; ');
    });

  /** A worker takes whatever job is due, one after the other. */
  work = () => this.#command('work', () => this.#workUntil(this.world.now));

  /** Rounds and workers go on meanwhile; everything happens at its moment. */
  letPass = (ms: number) =>
    this.#command(`let ${spanOf(ms)} pass`, async () => {
      const until = this.world.now + ms;
      await this.#workUntil(until, true);
      this.world.passTo(until);
      await round(this.world);
    });

  /** Time goes on, and nothing is done. */
  wait = (ms: number) =>
    this.#command(`wait ${spanOf(ms)}`, async () => this.world.passTo(this.world.now + ms));

  /** A worker takes the job of this client, and stands at a place when the command is over. */
  drive = (worker: string, client: string, place: string): Promise<Drive> =>
    this.#command(`${worker} drives ${client} up to ${place}`, () =>
      driveUpTo(this.world, worker, client, place),
    );

  /** What a worker in the middle of its work does next, or what becomes of it. */
  happens = (words: string, what: () => Promise<void>) => this.#command(words, what);

  machine = (client: string, words: string, what: (machine: Machine) => void) =>
    this.#command(`${client}: ${words}`, async () => what(this.world.machine(client)));

  /** The whole state after the last command, in place of the lines that have changed by it. */
  async state(): Promise<void> {
    this.#changed = [];
    this.#indented(['--', ...(await wholeState(this.world, this.#told))]);
  }

  async #workUntil(until: number, withRounds = false): Promise<void> {
    for (let turn = 0; turn < 1_000; turn += 1) {
      if (withRounds) await round(this.world);
      const job = this.world.nextJob(Math.max(until, this.world.now));
      if (job === null) return;
      this.world.passTo(job.dueAt);
      const drive = await Drive.begin(this.world, job, 'w1');
      await drive?.toItsEnd();
    }
    throw new Error('there is always another job');
  }

  /** What it brings is the answer to a person where it is a text. */
  async #command<Outcome>(words: string, what: () => Promise<Outcome>): Promise<Outcome> {
    this.#above();
    this.#lines.push('', `> ${words}`);
    const answer = await what().catch((error: unknown) => this.#broke(error));
    if (typeof answer === 'string') this.#indented([wrapped('= ', answer)]);
    await this.world.check();
    const entries = (await this.world.store.audit(100_000)).toReversed();
    this.#indented(auditLines(entries.slice(this.#audited)));
    this.#audited = entries.length;
    this.#changed = await this.#changes();
    return answer;
  }

  /** A story that can not go on shows how far it came, for there is no text to compare. */
  #broke(cause: unknown): never {
    const lines = this.#lines.slice(-30).join('\n');
    throw new Error(`${lines}\n! ${cause instanceof Error ? cause.message : 'broke off'}`, { cause });
  }

  /** What has changed by the last command stands below it, unless the whole state does. */
  #above(): void {
    this.#indented(this.#changed.splice(0));
  }

  async #changes(): Promise<string[]> {
    const now = await clientLines(this.world);
    const changed = [...now].filter(([client, { line }]) => this.#clients.get(client) !== line);
    this.#clients = new Map([...now].map(([client, { line }]) => [client, line]));
    return changed.map(([, { line }]) => `* ${line}`);
  }

  #indented(lines: readonly string[]): void {
    this.#lines.push(...lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`.trimEnd()));
  }
}

const legend = [
  'How to read it. A command begins with >. Below it stand the audit entries that it caused: moment, client, who, from -> to, because;',
  '"=>" goes through a look, and the steps of a procedure share a line with the moment of the last one. With "*" follows each client',
  'whose line is another one now: wave, logon server, index, next moment or the end of its lease, its job in BullMQ ("!" where that is',
  'missing), state, what it holds. "=" is what a person is answered. Below "--" stands the whole state instead; what is remembered of',
  'a client is repeated there only where it has changed. Times are UTC. Whatever is asked of a client takes a second. PCM stands for',
  'SMS_PACKAGE_COMMAND_MANAGER_NT.',
].join('\n');
