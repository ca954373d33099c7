import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { HookCommand, HookState } from '../../shared/domain/campaign/hooks.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { childEnvironment } from '../child-environment.ts';
import { type CommandEnd, ending } from '../releases/upgrade-command.ts';
import { UpgradeOutput } from '../releases/upgrade-output.ts';
import { spanInWords } from '../views/duration-text.ts';
import { programIn, whyNotAllowed } from './allowed-program.ts';

/** How the command of a hook ended. */
export interface HookEnd {
  readonly state: Extract<HookState, 'go' | 'wait' | 'stop'>;
  readonly because: string;
  /** What it printed, at most 16 KiB. */
  readonly output: string;
}

/** How a command ended, behind the first line of its output, which says more than the exit code. */
export function endInWords({ because, output }: Pick<HookEnd, 'because' | 'output'>): string {
  const [line = ''] = output.split(/[\r\n]+/).filter((each) => each.trim() !== '');
  return line === '' ? because : `${line.trim().slice(0, 200)} (${because})`;
}

/** Runs the commands of hooks in this process. */
export interface HookRunner {
  /** Names this process, in each record of a hook that it runs. */
  readonly owner: string;
  /** The folder of programs; null = no command may run. */
  readonly folder: string | null;
  /** Whether this process runs this hook now. */
  isRunning(campaign: string, hook: string): boolean;
  /** Commands at the same time. */
  readonly atOnce: number;
  hasRoom(): boolean;
  /** How many hooks of this campaign this process runs now. */
  runningOf(campaign: string): number;
  /**
   * Runs a command whose record is written, and passes its end on.
   * @param input JSON for its standard input
   */
  run(
    key: { readonly campaign: string; readonly hook: string },
    command: HookCommand,
    input: unknown,
    done: (end: HookEnd) => Promise<void>,
  ): void;
}

/** The command asks to be run again later: EX_TEMPFAIL of sysexits.h. */
const askAgain = 75;

/** @param atOnce commands at the same time */
export function openHookRunner(
  folder: string | null,
  onError: (error: unknown) => void,
  atOnce = 4,
): HookRunner {
  const running = new Set<string>();
  return {
    owner: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    folder,
    isRunning: (campaign, hook) => running.has(`${campaign}|${hook}`),
    atOnce,
    hasRoom: () => running.size < atOnce,
    runningOf: (campaign) => [...running].filter((name) => name.startsWith(`${campaign}|`)).length,
    run: ({ campaign, hook }, command, input, done) => {
      const name = `${campaign}|${hook}`;
      running.add(name);
      const run = async (): Promise<void> => {
        try {
          await done(await runCommand(folder, command, input));
        } catch (error) {
          onError(error);
        } finally {
          running.delete(name);
        }
      };
      void run();
    },
  };
}

async function runCommand(folder: string | null, command: HookCommand, input: unknown): Promise<HookEnd> {
  const [program = '', ...args] = command.run;
  const why = whyNotAllowed(folder, program);
  if (folder === null || why !== null) return { state: 'stop', because: why ?? '', output: '' };
  const output = new UpgradeOutput();
  const ended = await ending(
    programIn(folder, program),
    args,
    {
      command: command.run,
      cwd: folder,
      env: childEnvironment(process.env),
      input: `${JSON.stringify(input)}\n`,
      timeoutMs: command.timeoutMs,
    },
    output,
  );
  return { ...judged(program, ended, command), output: output.text() };
}

function judged(
  program: string,
  ended: CommandEnd,
  { timeoutMs, retryMs }: HookCommand,
): Pick<HookEnd, 'state' | 'because'> {
  switch (ended.kind) {
    case 'notStarted':
      return { state: 'stop', because: `${program} cannot be started: ${reasonOf(ended.thrown)}` };
    case 'timedOut':
      return { state: 'stop', because: `${program} did not end within ${timeoutMs / 1_000} s` };
    case 'stopped':
    case 'exited': {
      if (ended.killedBy !== null)
        return { state: 'stop', because: `${program} was killed: ${ended.killedBy}` };
      const because = `${program} ended with exit code ${ended.exitCode}`;
      if (ended.exitCode === 0) return { state: 'go', because };
      return ended.exitCode === askAgain
        ? { state: 'wait', because: `${because}: it is asked again after ${spanInWords(retryMs)}` }
        : { state: 'stop', because };
    }
  }
}
