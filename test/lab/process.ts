import { childEnvironment } from '../../orchestrator/child-environment.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { patienceMs } from '../environment/patience.ts';

/** A process of servpack or of its lab, started and ended by this process, by pid. */
export interface LabProcess {
  readonly name: string;
  readonly pid: number;
  /** The line that the process printed when it was ready. */
  readonly ready: string;
  /** How the process ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL at the deadline. */
  stop(): Promise<void>;
}

export interface LabProcessOptions {
  readonly name: string;
  /** Script and arguments, run with the Node of this process. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** The process is ready when a line of stdout contains this text. */
  readonly readyWhen: string;
  readonly deadlineMs?: number;
}

const stopDeadlineMs = 15_000;

/**
 * Starts a process and waits until it is ready. Rejects with its last output when it ends or prints
 * nothing.
 */
export async function startProcess(options: LabProcessOptions): Promise<LabProcess> {
  const { name, args, env, logFile } = options;
  // The process writes its log itself, so that a full disk is its own trouble.
  const log = openSync(logFile, 'a');
  const before = statSync(logFile).size;
  const child = spawn(process.execPath, args, {
    env: { ...childEnvironment(process.env), ...env },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const ended = new Promise<Awaited<LabProcess['ended']>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const ready = await awaitReady(child, options, ended, () => lastWordsIn(logFile, before));
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  return {
    name,
    pid: child.pid ?? 0,
    ready,
    ended,
    kill,
    stop: async () => {
      kill('SIGTERM');
      const hard = setTimeout(() => kill('SIGKILL'), stopDeadlineMs);
      await ended;
      clearTimeout(hard);
    },
  };
}

const lastWordsLength = 4_000;

/** The end of what a process has written into its log since it was started. */
const lastWordsIn = (logFile: string, from: number): string =>
  existsSync(logFile) ? readFileSync(logFile).subarray(from).toString().slice(-lastWordsLength).trim() : '';

function awaitReady(
  child: ChildProcess,
  { name, readyWhen, deadlineMs = patienceMs }: LabProcessOptions,
  ended: LabProcess['ended'],
  lastWords: () => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (because: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${name} ${because}: ${lastWords() || 'it said nothing'}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${deadlineMs / 1000} s`), deadlineMs);
    void ended.then(() => fail('ended before it was ready'));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.includes(readyWhen)) return;
      clearTimeout(timer);
      resolve(line);
    });
  });
}
