import { randomBytes } from 'node:crypto';
import { ok, type Result } from '../../../../shared/errors.ts';
import type { Fence } from '../../../../shared/store/types.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { guarded, newerFence, reached } from '../changes/guard.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import { endOf } from '../connection/ending.ts';
import { inOwnCmd, quotePath } from '../connection/quote.ts';
import { Heard } from './heard.ts';
import { descendantsOf, listProcesses, parseProcesses, runnersOf } from './process-tree.ts';

/** A command on a server, such as Upgrade.bat on the site server. Times are real time. */
export interface ServerCommand {
  /** The full path of the program or batch file, and its arguments. */
  readonly words: readonly string[];
  /** The release that the command stages, which it finds in SERVPACK_RELEASE. */
  readonly release: string;
  readonly limitMs: number;
  /** Ends the command early, as its time limit does. */
  readonly stop: AbortSignal;
}

/** How a command on a server ended. `lost`: the connection broke, so its outcome is not known. */
export interface ServerCommandEnd {
  readonly kind: 'exited' | 'timedOut' | 'stopped' | 'lost';
  /** Null when the command did not end by itself. */
  readonly exitCode: number | null;
  /** Everything that the command printed until then. */
  readonly output: string;
  /**
   * Processes of the command that still run; null = there may be some: the server does not list
   * its processes, or one of them has lost its parent and keeps the line open.
   */
  readonly left: readonly number[] | null;
}

/** Opens a call on the server; each has a connection that is open. */
export type ServerCall = <T>(
  work: (shell: ClientShell) => Promise<GatewayResult<T>>,
) => Promise<GatewayResult<T>>;

/** Real time for the listing of processes before the command, beside its own limit. */
const listedWithinMs = 60_000;
/** Real time in which the line ends after its processes were ended. */
const endsWithinMs = 10_000;
/** A batch file may start a process while its processes are being ended. */
const roundsAtMost = 5;

/**
 * Runs a command on a server to its end, under the fence as every change. At its limit all its
 * processes are ended, and so are those that it left running: no process may change the tree while
 * its files are being read.
 */
export async function runOnServer(
  call: ServerCall,
  fence: Fence,
  command: ServerCommand,
): Promise<GatewayResult<ServerCommandEnd>> {
  const mark = `servpack-${randomBytes(6).toString('hex')}`;
  const commands = refused(lineOf(command, mark));
  if (!commands.ok) return commands;
  const heard = new Heard(mark);
  const ran = await call((shell) => untilItsEnd(shell, fence, commands.value, heard, command));
  if (!ran.ok && !heard.hasBegun) return ran;
  const { kind, exitCode, codePage, isClosed }: Ending = ran.ok ? ran.value : lost;
  const left = await call((shell) => endProcesses(shell, heard, kind !== 'exited'));
  return ok({
    kind,
    exitCode,
    output: heard.output(codePage),
    left: left.ok && isClosed ? left.value : null,
  });
}

/** The connection broke, or the line ended without an exit code. */
const lost: Ending = { kind: 'lost', exitCode: null, codePage: 'utf8', isClosed: true };

/**
 * Commands that list the processes, then run the command from its folder. No input: a `pause` waits
 * for nobody.
 */
function lineOf({ words, release }: ServerCommand, mark: string): Result<string, string> {
  const quoted: string[] = [];
  for (const word of words) {
    const one = quoteWord(word);
    if (!one.ok) return one;
    quoted.push(one.value);
  }
  const run = `set "SERVPACK_RELEASE=${release}"& ${inOwnCmd(quoted.join(' '))} <nul 2>&1`;
  const folder = folderOf(words[0] ?? '');
  const there = folder === null ? ok('') : quotePath(folder);
  if (!there.ok) return there;
  const inFolder = folder === null ? run : `pushd ${there.value} 2>&1 && (${run})`;
  // The list holds this line itself, in which a caret keeps these words from being found.
  return ok(`echo ${mark} l^ists& ${listProcesses}& echo ${mark} r^uns& ver>nul& ${inFolder}`);
}

/** A word in quotes only where it needs them: a batch file compares `%1` with its quotes. */
const quoteWord = (word: string): Result<string, string> =>
  /^[\w.:\\/-]+$/.test(word) ? ok(word) : quotePath(word);

/** The folder of a full path: batch files copy what lies beside them. */
function folderOf(path: string): string | null {
  const folder = /^((?:[A-Za-z]:|\\\\[^\\]+\\[^\\]+)(?:\\[^\\]+)*)\\[^\\]+$/.exec(path)?.[1];
  if (folder === undefined) return null;
  return folder.endsWith(':') ? `${folder}\\.` : folder;
}

type Ending = Omit<ServerCommandEnd, 'left' | 'output'> & {
  readonly codePage: string;
  /** The server has closed the line: no process holds its output any more. */
  readonly isClosed: boolean;
};

/**
 * Runs the line until the command ends, its limit has passed or it is stopped, then ends its
 * processes: one that goes on would keep the line open.
 */
async function untilItsEnd(
  shell: ClientShell,
  fence: Fence,
  commands: string,
  heard: Heard,
  { limitMs, stop }: ServerCommand,
): Promise<GatewayResult<Ending>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const line = refused(guarded(fence, root.value, commands));
  if (!line.ok) return line;
  const running = shell.run(line.value, (piece) => heard.add(piece));
  const over = await firstOfAll(running, heard, `${line.value.mark} 0`, limitMs, stop);
  const { codePage } = shell;
  if (over !== 'closed') {
    if (heard.hasBegun) await endProcesses(shell, heard, over !== 'exited');
    const closed = await Promise.race([running.then(({ ok: isDone }) => isDone), after(endsWithinMs)]);
    return ok({ kind: over, exitCode: heard.exitCode, codePage, isClosed: closed === true });
  }
  const ran = await running;
  if (!ran.ok) return ran;
  if (heard.hasBegun) return failure('cutOff', `the command broke off: ${endOf(ran.value)}`);
  switch (reached(ran.value.stdout, line.value)) {
    case 'fenced':
      return failure('fenced', newerFence(ran.value.stdout, line.value));
    case 'unwritten':
      return failure('unreachable', 'the disk of the server is full or write-protected');
    case 'busy':
      return failure('unreachable', `another command of servpack runs on the server: ${endOf(ran.value)}`);
    case 'changed':
      return failure('cutOff', `the command broke off: ${endOf(ran.value)}`);
  }
}

type Over = 'closed' | 'exited' | 'timedOut' | 'stopped';

/**
 * What comes first: the line closes without an exit code, the command exits, its limit passes
 * (counted from its beginning on), it is stopped.
 */
async function firstOfAll(
  running: Promise<unknown>,
  heard: Heard,
  frameEnd: string,
  limitMs: number,
  stop: AbortSignal,
): Promise<Over> {
  const { promise, resolve } = Promise.withResolvers<Over>();
  let timer = setTimeout(() => resolve('timedOut'), listedWithinMs);
  const stopped = (): void => resolve('stopped');
  stop.addEventListener('abort', stopped, { once: true });
  if (stop.aborted) stopped();
  let hasBegun = false;
  heard.listen(frameEnd, () => {
    if (!hasBegun && heard.hasBegun) {
      hasBegun = true;
      clearTimeout(timer);
      timer = setTimeout(() => resolve('timedOut'), limitMs);
    }
    if (hasBegun && heard.exitCode !== null) resolve('exited');
  });
  const closed = (): void => resolve('closed');
  running.then(closed, closed);
  const over = await promise;
  clearTimeout(timer);
  stop.removeEventListener('abort', stopped);
  return over;
}

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

/**
 * Ends the processes of the command and says which are left.
 * @param withRunner the line itself is still running, and is ended with them
 */
async function endProcesses(
  shell: ClientShell,
  heard: Heard,
  withRunner: boolean,
): Promise<GatewayResult<readonly number[]>> {
  const before = heard.rows(shell.codePage);
  const runners = runnersOf(before, heard.mark);
  if (runners.size === 0) return failure('garbled', 'the server does not list its processes');
  const known = new Set(before.map(({ pid }) => pid));
  let left: readonly number[] = [];
  for (let round = 0; round < roundsAtMost; round += 1) {
    const listed = await shell.read([{ name: 'processes', commands: listProcesses }]);
    if (!listed.ok) return listed;
    const rows = parseProcesses(listed.value.get('processes')?.text ?? '');
    if (rows.length === 0) return failure('garbled', 'the server does not list its processes');
    const there = withRunner ? rows.filter(({ pid }) => runners.has(pid)).map(({ pid }) => pid) : [];
    left = [...there, ...descendantsOf(rows, runners, known)];
    if (left.length === 0) break;
    const named = left.slice(0, 200).map((pid) => `/pid ${pid}`);
    const ended = await shell.read([
      { name: 'ended', commands: `taskkill /f ${named.join(' ')} >nul 2>&1 <nul` },
    ]);
    if (!ended.ok) return ended;
  }
  return ok(left);
}
